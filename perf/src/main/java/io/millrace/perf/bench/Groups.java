package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many messages a second go from one process to several that all get them, or share them. */
public final class Groups implements Bench {
  private static final String FAN_OUT = "fan-out";
  private static final String COMPETING = "competing";
  private static final String PIPE = "pipe";
  private static final List<Integer> COUNTS = List.of(1, 2, 3);
  private static final List<Integer> QUICK_COUNTS = List.of(3);

  /** Where every receiver can have all messages. */
  private static final List<String> ALL_GET_ALL =
      List.of("millrace", "aeron-ipc", "chronicle-queue");

  /** Where each message goes to one of those who read: the others have no such thing. */
  private static final List<String> ONE_GETS_IT = List.of("millrace", PIPE);

  private static final int SIZE = 32;

  /** A pipe keeps a message and its header together up to this length. */
  private static final int LONGEST_IN_A_PIPE = 4096 - 8;

  /** A quick run leaves out who keeps every message: that is slow with any number of readers. */
  private static final String SLOW = "chronicle-queue";

  @Override
  public String name() {
    return "groups";
  }

  @Override
  public String title() {
    return "one sender, several receivers: all get all, or they share";
  }

  @Override
  public List<String> subjects() {
    List<String> subjects = new ArrayList<>(ALL_GET_ALL);
    ONE_GETS_IT.stream().filter(subject -> !subjects.contains(subject)).forEach(subjects::add);
    return subjects;
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.sizesOr(SIZE)) {
      for (int groups : plan.quick() ? QUICK_COUNTS : COUNTS) {
        cases.add(makeCase(plan, FAN_OUT, groups, 1, size));
      }
      for (int consumers : plan.quick() ? QUICK_COUNTS : COUNTS) {
        cases.add(makeCase(plan, COMPETING, 1, consumers, size));
      }
    }
    return cases;
  }

  private static Case makeCase(Plan plan, String mode, int groups, int consumers, int size) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("mode", mode);
    settings.put("groups", groups);
    settings.put("consumers", consumers);
    settings.put("size", size);
    boolean competing = mode.equals(COMPETING);
    return new Case(
        settings,
        (competing ? ONE_GETS_IT : ALL_GET_ALL)
            .stream()
                .filter(subject -> !plan.quick() || !subject.equals(SLOW))
                .filter(subject -> size <= LONGEST_IN_A_PIPE || !subject.equals(PIPE))
                .map(subject -> StreamTrial.toGroups(subject, groups, consumers, competing, size))
                .toList());
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of("mode", FAN_OUT, "groups", 3, "size", SIZE), "aeron-ipc", "rate", 0.3),
        new Floor(Map.of("mode", COMPETING, "consumers", 3, "size", SIZE), PIPE, "rate", 1));
  }
}
