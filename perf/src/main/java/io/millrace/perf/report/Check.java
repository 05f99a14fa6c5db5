package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Forks;
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
    return broken(cases, true);
  }

  /**
   * Which ratios look bad, but only in the middle of forks that lie too far apart to tell.
   *
   * @param cases the results
   * @return a sentence for each
   */
  public static List<String> doubts(List<CaseResult> cases) {
    return broken(cases, false);
  }

  private static List<String> broken(List<CaseResult> cases, boolean certain) {
    List<String> sentences = new ArrayList<>();
    for (CaseResult result : cases) {
      for (Floor floor : result.bench().floors()) {
        floor
            .brokenBy(result)
            .filter(ratio -> isCertain(ratio, floor) == certain)
            .ifPresent(ratio -> sentences.add(sentence(result, floor, ratio)));
      }
    }
    return sentences;
  }

  /** However far apart they lie: where every fork is below, there is no doubt. */
  private static boolean isCertain(Forks ratio, Floor floor) {
    return !Verdict.isTooWide(ratio) || ratio.high() < floor.least();
  }

  private static String sentence(CaseResult result, Floor floor, Forks ratio) {
    return String.format(
        Locale.ROOT,
        "%s: millrace is x %.2f (%.2f to %.2f) of %s in %s, below x %.2f",
        name(result),
        ratio.median(),
        ratio.low(),
        ratio.high(),
        floor.peer(),
        floor.metric(),
        floor.least());
  }

  private static String name(CaseResult result) {
    return result.bench().name() + ", " + result.setting().label();
  }
}
