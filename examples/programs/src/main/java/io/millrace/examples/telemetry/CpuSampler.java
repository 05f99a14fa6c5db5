package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.CpuSampleEncoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import java.nio.file.Path;

/** Samples {@code /proc/stat}. */
final class CpuSampler extends ProcSampler {
  private static final byte[] ALL_PROCESSORS = {'c', 'p', 'u', ' '};
  private static final byte[] ONE_PROCESSOR = {'c', 'p', 'u'};

  private final ProcFile stat;
  private final CpuSampleEncoder encoder = new CpuSampleEncoder();
  private final KeyedNumbers numbers =
      new KeyedNumbers("ctxt ", "processes ", "procs_running ", "procs_blocked ");

  CpuSampler(Path proc) {
    super(CpuSampleEncoder.TEMPLATE_ID, CpuSampleEncoder.BLOCK_LENGTH);
    encoder.wrapAndApplyHeader(image(), 0, new MessageHeaderEncoder());
    stat = open(proc.resolve("stat"));
  }

  @Override
  void sample() {
    ProcText text = stat.read();
    int processors = 0;
    numbers.clear();
    while (text.nextLine()) {
      if (text.startsWith(ALL_PROCESSORS)) {
        ticks(text);
      } else if (text.startsWith(ONE_PROCESSOR)) {
        processors++;
      } else {
        numbers.onLine(text);
      }
    }
    encoder
        .contextSwitches(numbers.get(0))
        .forks(numbers.get(1))
        .running(numbers.getInt(2))
        .blocked(numbers.getInt(3))
        .processors(processors);
  }

  private void ticks(ProcText line) {
    encoder
        .user(line.nextLong())
        .nice(line.nextLong())
        .system(line.nextLong())
        .idle(line.nextLong())
        .iowait(line.nextLong())
        .irq(line.nextLong())
        .softirq(line.nextLong())
        .steal(line.nextLong());
  }
}
