package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long the messages of a burst take, counted from the moment when the burst was due. */
public final class Burst implements Bench {
  private static final List<String> SUBJECTS =
      List.of("millrace", "stream", "agrona-many-to-one", "aeron-ipc");

  private static final int SMALL = 32;
  private static final int SEVERAL = 3;

  @Override
  public String name() {
    return "burst";
  }

  @Override
  public String title() {
    return "bursts at full speed, every millisecond";
  }

  @Override
  public List<String> subjects() {
    return SUBJECTS;
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    List<Integer> bursts = plan.quick() ? List.of(1000) : List.of(10, 100, 1000, 10_000);
    for (int producers : plan.quick() ? List.of(1) : List.of(1, SEVERAL)) {
      if (plan.producers().isEmpty() || plan.producers().contains(producers)) {
        for (int size : plan.sizesOr(SMALL)) {
          bursts.forEach(burst -> cases.add(makeCase(producers, size, burst)));
        }
      }
    }
    return cases;
  }

  private static Case makeCase(int producers, int size, int burst) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("burst", burst);
    settings.put("producers", producers);
    settings.put("size", size);
    return new Case(
        settings,
        SUBJECTS.stream()
            .map(subject -> new BurstTrial(subject, producers, size, burst).trial())
            .toList());
  }
}
