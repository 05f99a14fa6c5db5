package io.millrace.perf.harness;

import java.util.Map;
import java.util.Optional;

/**
 * How bad a comparison with a peer may become before a run fails. Far below what is normal: it
 * catches a collapse, not a bad day of the machine.
 *
 * @param settings the cases that it is about: those with at least these settings
 * @param peer the subject to compare with
 * @param metric what to compare
 * @param least how many times better Millrace must be at least (below 1: may be worse)
 */
public record Floor(Map<String, Object> settings, String peer, String metric, double least) {
  /**
   * Checks a case.
   *
   * @param result what came out of it
   * @return the ratio if its median is below; empty if all is well or this is about something else
   */
  public Optional<Forks> brokenBy(CaseResult result) {
    if (!result.setting().settings().entrySet().containsAll(settings.entrySet())) {
      return Optional.empty();
    }
    return result.advantage(peer, metric).filter(ratio -> ratio.median() < least);
  }
}
