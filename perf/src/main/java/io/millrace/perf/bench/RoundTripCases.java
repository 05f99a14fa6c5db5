package io.millrace.perf.bench;

import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Waits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cases of the benches that measure round trips: one for each size. */
final class RoundTripCases {
  private static final int DEFAULT_SIZE = 32;

  private RoundTripCases() {}

  static List<Case> of(Plan plan, List<String> subjects, Waits waits) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.sizesOr(DEFAULT_SIZE)) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("size", size);
      settings.put("load", plan.rate() == 0 ? "closed loop" : plan.rate() + "/s");
      cases.add(
          new Case(
              settings,
              subjects.stream()
                  .map(subject -> new RoundTripTrial(subject, size, waits).trial())
                  .toList()));
    }
    return cases;
  }
}
