package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run has to be told about, in sentences.
 *
 * @param faults for which it fails
 * @param doubts which it could not judge, and does not fail for
 * @param checked whether ratios were looked at
 */
public record Findings(List<String> faults, List<String> doubts, boolean checked) {
  /**
   * Looks at results.
   *
   * @param cases the results
   * @param checked whether to look at ratios as well
   * @return what there is to tell
   */
  public static Findings of(List<CaseResult> cases, boolean checked) {
    List<String> faults = new ArrayList<>(Check.failures(cases));
    if (checked) {
      faults.addAll(Check.collapses(cases));
    }
    return new Findings(faults, checked ? Check.doubts(cases) : List.of(), checked);
  }

  /**
   * In one line.
   *
   * @return the line
   */
  public String summary() {
    if (!faults.isEmpty()) {
      return faults.size() == 1 ? "check: 1 fault" : "check: " + faults.size() + " faults";
    }
    return checked ? "check: no ratio has collapsed" : "check: everything was measured";
  }
}
