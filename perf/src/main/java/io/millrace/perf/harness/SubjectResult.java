package io.millrace.perf.harness;

import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * All that came out about one subject in one case.
 *
 * @param subject its name
 * @param results its numbers; empty if it failed
 * @param distribution all forks together
 * @param failures why forks failed; empty if none did
 */
public record SubjectResult(
    String subject, List<Result> results, Optional<Histogram> distribution, List<String> failures) {
  /**
   * Finds a number.
   *
   * @param metric the metric's name
   * @return the number; empty if it was not measured
   */
  public Optional<Result> result(String metric) {
    return results.stream().filter(r -> r.metric().name().equals(metric)).findFirst();
  }
}
