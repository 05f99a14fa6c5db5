package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is special about topics: publishers that come and are started again, and many of them. */
public final class TopicBench implements Bench {
  private static final int[] PUBLISHERS = {10, 100, 1000};
  private static final int[] FEW_PUBLISHERS = {10, 200};

  @Override
  public String name() {
    return "topic";
  }

  @Override
  public String title() {
    return "publishers that come, and many that are silent";
  }

  @Override
  public List<String> subjects() {
    return List.of(Plan.MILLRACE);
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(
            Map.of("event", "publisher starts"),
            List.of(
                new Trial(Plan.MILLRACE, Map.of("subscriber", "asleep"), new TopicStartTrial()))));
    for (int publishers : plan.quick() ? FEW_PUBLISHERS : PUBLISHERS) {
      cases.add(
          new Case(
              Map.of("publishers", publishers),
              List.of(
                  new Trial(
                      Plan.MILLRACE,
                      Map.of("busy", "one, the others silent"),
                      new SilentPublishersTrial(publishers)))));
    }
    return cases;
  }
}
