package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleEncoder;
import java.nio.file.Path;

/**
 * Samples {@code /proc/loadavg}, {@code /proc/schedstat} (few kernels have it) and the schedstat of
 * the thread that opened the sampler.
 */
final class SchedulerSampler extends ProcSampler {
  private static final byte[] PROCESSOR = {'c', 'p', 'u'};
  private static final int COLUMNS_BEFORE_RUN_TIME = 6;

  private final ProcFile loadavg;
  private final ProcFile schedstat;
  private final ProcFile ownSchedstat;
  private final SchedulerSampleEncoder encoder = new SchedulerSampleEncoder();

  SchedulerSampler(Path proc) {
    super(SchedulerSampleEncoder.TEMPLATE_ID, SchedulerSampleEncoder.BLOCK_LENGTH);
    encoder.wrapAndApplyHeader(image(), 0, new MessageHeaderEncoder());
    loadavg = open(proc.resolve("loadavg"));
    schedstat = open(proc.resolve("schedstat"));
    ownSchedstat = open(proc.resolve("thread-self/schedstat"));
  }

  @Override
  void sample() {
    load(loadavg.read());
    processors(schedstat.read());
    ProcText own = ownSchedstat.read();
    own.nextLine();
    encoder.samplerRunNanos(own.nextLong()).samplerWaitNanos(own.nextLong());
  }

  private void load(ProcText text) {
    text.nextLine();
    encoder
        .load1(hundredths(text))
        .load5(hundredths(text))
        .load15(hundredths(text))
        .runnable(text.nextInt())
        .threads(text.nextInt());
  }

  /** The kernel always writes two digits behind the point. */
  private static int hundredths(ProcText text) {
    long whole = text.nextLong();
    return (int) Math.min(100 * whole + text.nextLong(), Integer.MAX_VALUE);
  }

  private void processors(ProcText text) {
    long run = 0;
    long wait = 0;
    while (text.nextLine()) {
      if (text.startsWith(PROCESSOR)) {
        text.skipPast((byte) ' ');
        text.skipNumbers(COLUMNS_BEFORE_RUN_TIME);
        run += text.nextLong();
        wait += text.nextLong();
      }
    }
    encoder.runNanos(run).waitNanos(wait);
  }
}
