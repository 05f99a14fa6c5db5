package io.millrace.perf.report;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Progress;
import io.millrace.perf.harness.Sample;
import java.io.PrintStream;
import java.util.Map;

/** Tells on the terminal how far a run is. */
public final class Terminal implements Progress {
  private final PrintStream out;

  /**
   * Makes one.
   *
   * @param out where to
   */
  public Terminal(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Bench bench, Case setting) {
    out.printf("%n%s: %s (%s)%n", bench.name(), bench.title(), setting.label());
  }

  @Override
  public void measured(int fork, int of, String subject, Sample sample) {
    Map.Entry<Metric, Sample.Value> first = sample.values().entrySet().iterator().next();
    out.printf(
        "  fork %d of %d  %-20s %s %s%n",
        fork,
        of,
        subject,
        first.getKey().name(),
        Numbers.of(first.getValue().value(), first.getKey()));
  }

  @Override
  public void failed(int fork, int of, String subject, String why) {
    out.printf("  fork %d of %d  %-20s failed: %s%n", fork, of, subject, why);
  }
}
