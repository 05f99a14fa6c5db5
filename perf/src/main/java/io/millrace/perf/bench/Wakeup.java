package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Waits;
import java.util.List;
import java.util.Map;

/** How long a message takes there and back between two processes that sleep until it comes. */
public final class Wakeup implements Bench {
  private static final List<String> SUBJECTS =
      List.of("millrace", "eventfd", "futex", "unix-socket", "pipe");

  @Override
  public String name() {
    return "wakeup";
  }

  @Override
  public String title() {
    return "round trip between two processes that sleep";
  }

  @Override
  public List<String> subjects() {
    return SUBJECTS;
  }

  @Override
  public List<Case> cases(Plan plan) {
    return RoundTripCases.of(plan, SUBJECTS, Waits.BLOCK);
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of(), "eventfd", "rtt_p50", 0.4),
        new Floor(Map.of(), "pipe", "rtt_p50", 0.4));
  }
}
