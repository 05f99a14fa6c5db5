package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.TrialException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Measures a rate: the same way in every bench that has one.
 *
 * <p>A process that receives measures, between bursts of its own work, by a count of what has come:
 * the calls that were answered, or on a {@link CountBoard} the messages that every group has got.
 * From when the first of them is there until the time of the warm-up is over it only works. The
 * window follows at once, so that neither the start of the stream nor its end is in it: it is over
 * after a time, or a number, and behind a whole burst. The rate of a fork is what came in the
 * window by how long that was; of the forks the median counts ({@link Metric#rate}).
 */
final class RateMeter {
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final long warmUpNanos;
  private final long windowNanos;
  private final long warmUpCount;
  private final long windowCount;
  private final Burst work;
  private final LongSupplier count;

  /** Some work, of which the clock is not read in between. */
  interface Burst {
    void run() throws Exception;
  }

  /**
   * What was measured.
   *
   * @param count how many came
   * @param nanos in which time
   */
  record Rate(long count, long nanos) {
    Sample addTo(Sample sample, String unit) {
      return sample.with(Metric.rate("rate", unit), count / (nanos / 1e9), count);
    }
  }

  /** In the role that measures: does so by this work, and this count of what it has brought. */
  RateMeter(Parent parent, Burst work, LongSupplier count) {
    warmUpNanos = TimeUnit.MILLISECONDS.toNanos(parent.number("warmUpMillis"));
    windowNanos = TimeUnit.MILLISECONDS.toNanos(parent.number("windowMillis"));
    warmUpCount = parent.number("warmUpCount");
    windowCount = parent.number("windowCount");
    this.work = work;
    this.count = count;
  }

  /**
   * What the role is to be told.
   *
   * @param most how many there can be in the trial: half of it at most for the warm-up
   */
  static Map<String, Object> arguments(Plan plan, long most) {
    return Map.of(
        "warmUpMillis", plan.warmUpMillis(),
        "windowMillis", plan.measureMillis(),
        "warmUpCount", most / 2,
        "windowCount", Math.min(plan.messages(), most / 2));
  }

  /** In the trial: waits until the role has measured. */
  static Rate of(ChildJvm role, Plan plan) throws TrialException, InterruptedException {
    long millis = plan.warmUpMillis() + plan.measureMillis();
    long patience = Crew.PATIENCE_SECONDS + TimeUnit.MILLISECONDS.toSeconds(millis);
    String[] measured = role.expect("measured", patience).split(" ");
    return new Rate(Long.parseLong(measured[0]), Long.parseLong(measured[1]));
  }

  /** Works until everybody is there and warm. */
  void warmUp() throws Exception {
    reach(1, work, count);
    pass(0, warmUpNanos, warmUpCount, work, count);
  }

  /** Works for the time of the window, and says what came. */
  void measure(Parent parent) throws Exception {
    Rate rate = pass(count.getAsLong(), windowNanos, windowCount, work, count);
    parent.say("measured", rate.count(), rate.nanos());
  }

  /** Works until so many have come. */
  static void reach(long target, Burst work, LongSupplier count) throws Exception {
    pass(0, Long.MAX_VALUE, target, work, count);
  }

  private static Rate pass(
      long from, long nanosAtMost, long countAtMost, Burst work, LongSupplier count)
      throws Exception {
    long start = System.nanoTime();
    long nanos = 0;
    long lastCame = 0;
    long came = count.getAsLong() - from;
    while (came < countAtMost && nanos < nanosAtMost) {
      work.run();
      long now = count.getAsLong() - from;
      nanos = System.nanoTime() - start;
      if (now != came) {
        came = now;
        lastCame = nanos;
      } else if (nanos - lastCame > SILENCE_NANOS) {
        throw new IllegalStateException("nothing came for 10 s; " + (from + came) + " came before");
      }
    }
    return new Rate(came, nanos);
  }
}
