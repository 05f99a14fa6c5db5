package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.value.Operation;
import io.millrace.perf.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What reading and writing the latest value cost: in one thread, without any contention. */
public final class SnapshotBench implements Bench {
  private static final int SIZE = 36;
  private static final int LARGER = 1024;
  private static final List<Operation> ALONE =
      List.of(Operation.READ_UNCHANGED, Operation.READ_CHANGED, Operation.WRITE);

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public String title() {
    return "the latest value: reading and writing it";
  }

  @Override
  public List<String> subjects() {
    Set<String> subjects = new LinkedHashSet<>();
    ALONE.forEach(operation -> subjects.addAll(Values.subjects(operation)));
    return List.copyOf(subjects);
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.quick() ? plan.sizesOr(SIZE) : plan.sizesOr(SIZE, LARGER)) {
      ALONE.forEach(operation -> cases.add(makeCase(operation, Map.of("size", size), size, 1)));
    }
    if (!plan.quick()) {
      for (int readers = 1; readers <= plan.cpus().size(); readers++) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("size", SIZE);
        settings.put("readers", readers);
        cases.add(makeCase(Operation.READ_PINNING, settings, SIZE, readers));
      }
    }
    return cases;
  }

  private static Case makeCase(
      Operation operation, Map<String, Object> settings, int size, int processes) {
    return new Case(
        settings,
        Values.subjects(operation).stream()
            .map(subject -> new SnapshotTrial(subject, operation, size, processes).trial())
            .toList());
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of(), "acquire-load", "read_unchanged", 0.15),
        new Floor(Map.of(), "two-increments", "read_changed", 0.3),
        new Floor(Map.of("size", SIZE), "copy-and-store", "write", 0.1));
  }
}
