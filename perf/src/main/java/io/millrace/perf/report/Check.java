package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.SubjectResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether a run is good enough: everything was measured, and no ratio to a peer has collapsed. */
public final class Check {
  private Check() {}

  /**
   * Which trials could not be measured.
   *
   * @param cases the results
   * @return a sentence for each
   */
  public static List<String> failures(List<CaseResult> cases) {
    List<String> failures = new ArrayList<>();
    for (CaseResult result : cases) {
      for (SubjectResult subject : result.subjects()) {
        if (!subject.failures().isEmpty()) {
          failures.add(name(result) + ": " + subject.subject() + " could not be measured");
        }
      }
    }
    return failures;
  }

  /**
   * Which ratios have collapsed.
   *
   * @param cases the results
   * @return a sentence for each
   */
  public static List<String> collapses(List<CaseResult> cases) {
    List<String> collapses = new ArrayList<>();
    for (CaseResult result : cases) {
      for (Floor floor : result.bench().floors()) {
        floor
            .brokenBy(result)
            .ifPresent(
                ratio ->
                    collapses.add(
                        String.format(
                            Locale.ROOT,
                            "%s: millrace is x %.2f of %s in %s, below x %.2f",
                            name(result),
                            ratio,
                            floor.peer(),
                            floor.metric(),
                            floor.least())));
      }
    }
    return collapses;
  }

  private static String name(CaseResult result) {
    return result.bench().name() + ", " + result.setting().label();
  }
}
