package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.meeting.Meetings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long it takes processes to wait for each other, again and again. */
public final class Crossing implements Bench {
  private static final List<Integer> PARTIES = List.of(2, 4, 8);
  private static final List<Integer> QUICK_PARTIES = List.of(2, 4);
  private static final List<Boolean> SPINS = List.of(true, false);

  @Override
  public String name() {
    return "barrier";
  }

  @Override
  public String title() {
    return "crossing of a barrier by processes";
  }

  @Override
  public List<String> subjects() {
    return List.of(Meetings.MILLRACE, Meetings.PTHREAD, Meetings.LINE);
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (boolean spins : SPINS) {
      for (int parties : plan.quick() ? QUICK_PARTIES : PARTIES) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("parties", parties);
        settings.put("wait", spins ? "spin" : "block");
        cases.add(new Case(settings, trials(parties, spins, plan)));
      }
    }
    return cases;
  }

  private static List<Trial> trials(int parties, boolean spins, Plan plan) {
    List<Trial> trials = new ArrayList<>();
    trials.add(new CrossingTrial(Meetings.MILLRACE, parties, spins).trial());
    trials.add(new CrossingTrial(Meetings.PTHREAD, parties, spins).trial());
    // A line goes between two who spin, each with a processor of its own.
    if (spins && parties == 2 && plan.cpus().size() >= parties) {
      trials.add(new CrossingTrial(Meetings.LINE, parties, true).trial());
    }
    return trials;
  }

  @Override
  public List<Floor> floors() {
    return List.of(new Floor(Map.of(), Meetings.PTHREAD, "crossing_mean", 0.2));
  }
}
