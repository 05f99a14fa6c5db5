package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Sends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How many messages a second a recorder keeps, beside its engine alone and a ring alone. */
public final class Recording implements Bench {
  private static final String APPENDER = "appender";

  /** By the name of their links; what is compared with the others is the recorder. */
  private static final Map<String, String> LINKS =
      Map.of(Plan.MILLRACE, "recorder", "ring", Plan.MILLRACE, APPENDER, APPENDER);

  private static final List<String> SUBJECTS = List.of(Plan.MILLRACE, "ring", APPENDER);
  private static final int SMALL = 32;

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public String title() {
    return "one process records what another one sends at full speed";
  }

  @Override
  public List<String> subjects() {
    return SUBJECTS;
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.quick() ? plan.sizesOr(SMALL) : plan.sizesOr(SMALL, 256, 1024)) {
      cases.add(
          new Case(
              Map.of("size", size),
              SUBJECTS.stream()
                  .map(
                      subject ->
                          StreamTrial.toOne(LINKS.get(subject), 1, size, Sends.SINGLE)
                              .named(subject))
                  .toList()));
    }
    return cases;
  }

  @Override
  public List<Floor> floors() {
    return List.of(new Floor(Map.of(), APPENDER, "rate", 0.4));
  }
}
