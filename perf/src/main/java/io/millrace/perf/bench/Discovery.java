package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long news of services take, and what finding and joining them costs. */
public final class Discovery implements Bench {
  private static final int[] SERVICES = {1, 100, 10_000};
  private static final int[] FEW_SERVICES = {10, 200};

  @Override
  public String name() {
    return "discovery";
  }

  @Override
  public String title() {
    return "news of services, listing them, joining a ring by name";
  }

  @Override
  public List<String> subjects() {
    return List.of(Plan.MILLRACE, Announcements.BARE, DeathTrial.BARE);
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(
            Map.of("event", "publish"),
            List.of(publish(Plan.MILLRACE), publish(Announcements.BARE))));
    cases.add(
        new Case(Map.of("event", "death"), List.of(death(Plan.MILLRACE), death(DeathTrial.BARE))));
    for (int services : plan.quick() ? FEW_SERVICES : SERVICES) {
      cases.add(
          new Case(
              Map.of("services", services), List.of(costs(new ListTrial(services), "strace -f"))));
    }
    cases.add(
        new Case(
            Map.of("join", "ring, 8 event descriptors"),
            List.of(costs(new JoinTrial(), "strace -f"))));
    return cases;
  }

  private static Trial publish(String subject) {
    return new Trial(subject, Map.of("listener", "asleep"), new PublishTrial(subject));
  }

  private static Trial death(String subject) {
    return new Trial(subject, Map.of("victim", "a JVM"), new DeathTrial(subject));
  }

  private static Trial costs(Trial.Body body, String counter) {
    return new Trial(Plan.MILLRACE, Map.of("counted with", counter), body);
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of("event", "publish"), Announcements.BARE, "publish_to_listener_p50", 0.15),
        new Floor(Map.of("event", "death"), DeathTrial.BARE, "death_to_listener_p50", 0.2));
  }
}
