package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Sends;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many messages a second go from one or more processes to another one. */
public final class Throughput implements Bench {
  private static final List<String> MULTI =
      List.of(
          "millrace",
          "millrace-agrona",
          "stream",
          "agrona-many-to-one",
          "aeron-ipc",
          "chronicle-queue",
          "unix-socket",
          "pipe");

  /** A stream socket has one sender. */
  private static final List<String> SEVERAL_SENDERS =
      List.of(
          "millrace",
          "millrace-topic",
          "stream",
          "agrona-many-to-one",
          "aeron-ipc",
          "chronicle-queue",
          "pipe");

  private static final List<String> SINGLE =
      List.of("millrace", "millrace-topic", "stream", "agrona-one-to-one", "aeron-ipc");

  /** Rings and publications of their own for each sender, beside a ring that all share. */
  private static final List<String> OWN_RINGS = List.of("millrace", "millrace-topic", "aeron-ipc");

  /** The others have no batches of whole messages. */
  private static final List<String> BATCH = List.of("millrace", "stream", "unix-socket", "pipe");

  /** A quick run measures these with small messages of one sender only. */
  private static final List<String> LESS_OFTEN =
      List.of("millrace-agrona", "chronicle-queue", "unix-socket", "pipe");

  private static final int SMALL = 32;
  private static final int SEVERAL = 3;

  private static final List<Integer> SENDERS = List.of(1, 2, SEVERAL, 8);
  private static final List<Integer> FEW_SENDERS = List.of(1, SEVERAL);

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public String title() {
    return "one way at full speed";
  }

  @Override
  public List<String> subjects() {
    List<String> subjects = new ArrayList<>(MULTI);
    SINGLE.stream().filter(subject -> !subjects.contains(subject)).forEach(subjects::add);
    return subjects;
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    boolean isFirstLook = plan.quick() && plan.producers().isEmpty();
    List<Integer> senders = isFirstLook ? FEW_SENDERS : SENDERS;
    for (Sends sends : Sends.values()) {
      if (plan.modes().isEmpty() || plan.modes().contains(mode(sends))) {
        for (int producers : sends == Sends.MULTI ? senders : List.of(1)) {
          if (plan.producers().isEmpty() || plan.producers().contains(producers)) {
            sizes(plan, sends, producers)
                .forEach(size -> cases.add(makeCase(plan, sends, producers, size)));
          }
        }
      }
    }
    return cases;
  }

  private static String mode(Sends sends) {
    return sends.name().toLowerCase(Locale.ROOT);
  }

  private static List<Integer> sizes(Plan plan, Sends sends, int producers) {
    if (sends == Sends.MULTI && producers == 1) {
      return plan.quick() ? plan.sizesOr(SMALL, 1024) : plan.sizesOr(SMALL, 256, 1024);
    }
    return plan.sizesOr(SMALL);
  }

  private static Case makeCase(Plan plan, Sends sends, int producers, int size) {
    List<String> subjects = new ArrayList<>(subjects(sends, producers));
    if (plan.quick() && sends == Sends.MULTI && (producers > 1 || size > SMALL)) {
      subjects.removeAll(LESS_OFTEN);
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("producers", producers);
    settings.put("size", size);
    settings.put("mode", mode(sends));
    return new Case(
        settings,
        subjects.stream()
            .map(subject -> StreamTrial.toOne(subject, producers, size, sends))
            .toList());
  }

  private static List<String> subjects(Sends sends, int producers) {
    return switch (sends) {
      case MULTI -> producers == 1 ? MULTI : producers == SEVERAL ? SEVERAL_SENDERS : OWN_RINGS;
      case SINGLE -> SINGLE;
      case BATCH -> BATCH;
    };
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(
            Map.of("mode", "multi", "size", 32, "producers", 1), "agrona-many-to-one", "rate", 0.5),
        new Floor(Map.of("mode", "multi", "size", 32, "producers", 1), "pipe", "rate", 4),
        new Floor(
            Map.of("mode", "multi", "size", 32, "producers", 3), "agrona-many-to-one", "rate", 0.3),
        new Floor(
            Map.of("mode", "multi", "size", 1024, "producers", 1),
            "agrona-many-to-one",
            "rate",
            // On processors that share no cache it was 0.26 with builds of any age.
            0.15),
        new Floor(Map.of("mode", "single", "size", 32), "agrona-one-to-one", "rate", 0.3),
        new Floor(Map.of("mode", "batch", "size", 32), "pipe", "rate", 0.3));
  }
}
