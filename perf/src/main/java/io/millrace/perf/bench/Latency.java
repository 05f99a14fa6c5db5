package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Waits;
import java.util.List;
import java.util.Map;

/** How long a message takes there and back while both processes look for it all the time. */
public final class Latency implements Bench {
  private static final List<String> SUBJECTS =
      List.of(
          "millrace",
          "line",
          "agrona-many-to-one",
          "agrona-one-to-one",
          "aeron-ipc",
          "chronicle-queue",
          "unix-socket",
          "pipe");

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String title() {
    return "round trip between two processes that spin";
  }

  @Override
  public List<String> subjects() {
    return SUBJECTS;
  }

  @Override
  public List<Case> cases(Plan plan) {
    return RoundTripCases.of(plan, SUBJECTS, Waits.SPIN);
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of(), "line", "rtt_p50", 0.2),
        new Floor(Map.of(), "agrona-many-to-one", "rtt_p50", 0.3),
        new Floor(Map.of(), "pipe", "rtt_p50", 1.2));
  }
}
