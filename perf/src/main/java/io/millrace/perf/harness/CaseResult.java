package io.millrace.perf.harness;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * All that came out of one case.
 *
 * @param bench the bench
 * @param setting the case
 * @param subjects one for each subject that ran
 */
public record CaseResult(Bench bench, Case setting, List<SubjectResult> subjects) {
  /**
   * Finds a subject.
   *
   * @param name its name
   * @return what came out about it; empty if it did not take part
   */
  public Optional<SubjectResult> subject(String name) {
    return subjects.stream().filter(s -> s.subject().equals(name)).findFirst();
  }

  /**
   * Compares Millrace with a peer, fork by fork.
   *
   * @param peer the peer
   * @param metric the metric's name
   * @return how many times better Millrace is (above 1: better); empty if either was not measured,
   *     or is 0
   */
  public Optional<Forks> advantage(String peer, String metric) {
    Optional<Result> ours = subject(Plan.MILLRACE).flatMap(s -> s.result(metric));
    Optional<Result> theirs = subject(peer).flatMap(s -> s.result(metric));
    if (ours.isEmpty() || theirs.isEmpty()) {
      return Optional.empty();
    }
    boolean more = ours.get().metric().better() == Metric.Better.MORE;
    Forks ratios =
        more
            ? ours.get().forks().dividedBy(theirs.get().forks())
            : theirs.get().forks().dividedBy(ours.get().forks());
    return Optional.of(ratios)
        .filter(found -> Arrays.stream(found.values()).allMatch(Double::isFinite));
  }
}
