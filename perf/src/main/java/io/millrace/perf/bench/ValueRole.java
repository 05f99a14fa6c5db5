package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.value.Loop;
import io.millrace.perf.value.Operation;
import io.millrace.perf.value.Timed;
import io.millrace.perf.value.ValueAccess;
import io.millrace.perf.value.Values;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Times one operation on a value, in bursts; the median of the bursts is the result. */
public final class ValueRole implements Role {
  private static final int BURST = 10_000;
  private static final int MOST_BURSTS = 1 << 16;

  private final double[] bursts = new double[MOST_BURSTS];
  private int count;

  /** What was read goes here, so that the compiler cannot leave the reading out. */
  private long read;

  @Override
  public void run(Parent parent) throws Exception {
    Operation operation = Operation.valueOf(parent.argument("operation"));
    Path directory = Path.of(parent.argument("directory"));
    try (ValueAccess value =
        Values.open(parent.argument("subject"), operation, directory, parent.integer("size"))) {
      parent.say("opened");
      parent.hear("go", SnapshotTrial.PATIENCE_SECONDS);
      Timed timed = value.timed(operation);
      measure(timed, parent.number("warmUpMillis"));
      measure(timed, parent.number("measureMillis"));
      Arrays.sort(bursts, 0, count);
      parent.say("measured", bursts[count / 2], (long) count * BURST, read);
      parent.hear("end", SnapshotTrial.PATIENCE_SECONDS);
    }
  }

  private void measure(Timed timed, long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    count = 0;
    while (count < MOST_BURSTS && System.nanoTime() < end) {
      long nanos = nanos(timed.loop()) - nanos(timed.less());
      bursts[count++] = (double) nanos / BURST;
    }
  }

  private long nanos(Loop loop) {
    long start = System.nanoTime();
    read += loop.run(BURST);
    return System.nanoTime() - start;
  }
}
