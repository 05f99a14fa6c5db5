package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.peer.Links;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a message takes there and back between two processes.
 *
 * @param name its name
 * @param title in one line
 * @param waits what they do until a message comes
 * @param subjects everything that can be compared
 * @param floors which comparisons must not collapse
 */
public record RoundTripBench(
    String name, String title, Waits waits, List<String> subjects, List<Floor> floors)
    implements Bench {
  private static final int DEFAULT_SIZE = 32;
  private static final String P50 = "rtt_p50";

  /**
   * Both processes look for messages all the time.
   *
   * @return the bench
   */
  public static Bench latency() {
    return new RoundTripBench(
        "latency",
        "round trip between two processes that spin",
        Waits.SPIN,
        List.of(
            "millrace",
            "line",
            "agrona-many-to-one",
            "agrona-one-to-one",
            "aeron-ipc",
            "chronicle-queue",
            "unix-socket",
            "pipe"),
        List.of(
            new Floor(Map.of(), "line", P50, 0.2),
            new Floor(Map.of(), "agrona-many-to-one", P50, 0.3),
            new Floor(Map.of(), "pipe", P50, 1.2)));
  }

  /**
   * Both processes sleep until a message comes.
   *
   * @return the bench
   */
  public static Bench wakeup() {
    return new RoundTripBench(
        "wakeup",
        "round trip between two processes that sleep",
        Waits.BLOCK,
        List.of("millrace", "eventfd", "futex", "unix-socket", "pipe", Links.VIRTUAL),
        // One build was between 0.17 and 2.5 of them, as the host halts idle processors or does
        // not.
        List.of(new Floor(Map.of(), "eventfd", P50, 0.06), new Floor(Map.of(), "pipe", P50, 0.06)));
  }

  @Override
  public List<Case> cases(Plan plan) {
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
