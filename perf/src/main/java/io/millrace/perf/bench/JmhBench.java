package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.jmh.MessageCalls;
import io.millrace.perf.jmh.RingCalls;
import io.millrace.perf.jmh.SnapshotCalls;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;

/** Single calls under JMH, with its allocation profiler. Millrace alone: the peers have none. */
public final class JmhBench implements Bench {
  @Override
  public String name() {
    return "jmh";
  }

  @Override
  public String title() {
    return "single calls in one thread, and what they allocate";
  }

  @Override
  public List<String> subjects() {
    return List.of(Plan.MILLRACE);
  }

  @Override
  public List<Case> cases(Plan plan) {
    return Stream.of(RingCalls.class, MessageCalls.class, SnapshotCalls.class)
        .flatMap(JmhBench::cases)
        .toList();
  }

  /** Without peers there is no ratio that other forks could confirm; JMH iterates by itself. */
  @Override
  public int forks(Plan plan) {
    return plan.quick() ? 1 : plan.forks();
  }

  private static Stream<Case> cases(Class<?> calls) {
    return Arrays.stream(calls.getMethods())
        .filter(method -> method.isAnnotationPresent(Benchmark.class))
        .map(method -> calls.getSimpleName() + "." + method.getName())
        .sorted(Comparator.naturalOrder())
        .map(JmhBench::makeCase);
  }

  private static Case makeCase(String benchmark) {
    Trial trial = new Trial(Plan.MILLRACE, Map.of(), new JmhTrial(benchmark));
    return new Case(Map.of("benchmark", benchmark), List.of(trial));
  }
}
