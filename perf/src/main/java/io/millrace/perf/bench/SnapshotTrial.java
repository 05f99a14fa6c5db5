package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.value.Operation;
import io.millrace.perf.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One operation of one subject, in one process or in several at once. */
final class SnapshotTrial implements Trial.Body {
  static final int PATIENCE_SECONDS = 30;

  private final String subject;
  private final Operation operation;
  private final int size;
  private final int processes;

  SnapshotTrial(String subject, Operation operation, int size, int processes) {
    this.subject = subject;
    this.operation = operation;
    this.size = size;
    this.processes = processes;
  }

  Trial trial() {
    return new Trial(subject, Map.of("memory", "a mapped file in tmpfs"), this);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    Values.prepare(operation, fork.directory(), size);
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("subject", subject);
    arguments.put("operation", operation);
    arguments.put("size", size);
    arguments.put("warmUpMillis", plan.warmUpMillis());
    arguments.put("measureMillis", plan.measureMillis());
    List<ChildJvm> children = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      List<Integer> cpus = Cpus.of(plan.cpus(), i, processes);
      children.add(fork.start(subject + " " + i, ValueRole.class, cpus, arguments));
    }
    for (ChildJvm child : children) {
      child.expect("opened", PATIENCE_SECONDS);
    }
    children.forEach(child -> child.tell("go"));
    long patience =
        PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    double nanos = 0;
    long n = 0;
    for (ChildJvm child : children) {
      String[] measured = child.expect("measured", patience).split(" ");
      nanos += Double.parseDouble(measured[0]) / processes;
      n += Long.parseLong(measured[1]);
    }
    // Only now: one that ends early would leave the others with the machine for themselves.
    children.forEach(child -> child.tell("end"));
    return new Sample().with(operation.metric(), nanos, n);
  }
}
