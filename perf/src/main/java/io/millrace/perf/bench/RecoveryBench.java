package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import java.util.List;
import java.util.Map;

/** How long a killed producer holds up those who read behind it. */
public final class RecoveryBench implements Bench {
  @Override
  public String name() {
    return "recovery";
  }

  @Override
  public String title() {
    return "SIGKILL of a producer that holds a claim, to the record behind it";
  }

  @Override
  public List<String> subjects() {
    return List.of(Plan.MILLRACE);
  }

  @Override
  public List<Case> cases(Plan plan) {
    Trial trial =
        new Trial(Plan.MILLRACE, Map.of("victim", "a JVM", "wait", "spin"), new RecoveryTrial());
    return List.of(new Case(Map.of("size", RecoveryTrial.SIZE), List.of(trial)));
  }
}
