package io.millrace.perf;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Plan;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how to measure. */
final class PlanOptions {
  private static final Set<String> MODES = Set.of("multi", "single", "batch");
  private static final String NO_PEERS = "none";
  private static final int MIN_SIZE = 16;
  private static final int MAX_SIZE = 65_536;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--peers",
      split = ",",
      description = "Only these beside millrace, or 'none' (default: all).")
  private Set<String> peers = new LinkedHashSet<>();

  @Option(
      names = "--messages",
      description =
          "Measure this many messages in each fork at most (default: as many as there are time"
              + " for).")
  private long messages = Long.MAX_VALUE;

  @Option(names = "--size", split = ",", description = "Payload lengths in bytes.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--mode",
      split = ",",
      description = "Throughput: only these of multi, single, batch.")
  private List<String> modes = List.of();

  @Option(names = "--producers", split = ",", description = "Throughput: only these of 1, 3.")
  private List<Integer> producers = List.of();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SETTING=VALUE",
      description = "Only the cases with this setting, for example wait=block.")
  private Map<String, String> only = new LinkedHashMap<>();

  @Option(
      names = "--rate",
      description =
          "Round trips: send this many messages a second instead of one after the other;"
              + " times count from when a message was due.")
  private int rate;

  @Option(names = "--pin", split = ",", description = "Processors to use (default: two cores).")
  private List<Integer> cpus;

  @Option(names = "--forks", description = "Measure everything so often, in fresh processes.")
  private Integer forks;

  @Option(names = "--warm-up", description = "Milliseconds before measuring, in each fork.")
  private Long warmUpMillis;

  @Option(names = "--measure", description = "Milliseconds of measuring at most, in each fork.")
  private Long measureMillis;

  @Option(names = "--quick", description = "Fewer sizes, shorter, two forks: for a first look.")
  private boolean quick;

  @Option(names = "--jvm-flag", description = "A further flag for the JVMs of all subjects.")
  private List<String> jvmFlags = List.of();

  List<Bench> benches(String name) {
    if (name.equals(BenchNames.ALL)) {
      return Benches.all(quick);
    }
    return List.of(
        Benches.named(name)
            .orElseThrow(() -> wrong("there is no bench '" + name + "'; there are " + known())));
  }

  private static String known() {
    return String.join(", ", new BenchNames());
  }

  Plan plan(List<Bench> benches) {
    Set<String> subjects = new TreeSet<>();
    benches.forEach(bench -> subjects.addAll(bench.subjects()));
    subjects.remove(Plan.MILLRACE);
    for (String peer : peers) {
      check(
          subjects.contains(peer) || peer.equals(NO_PEERS) || peer.equals(Plan.MILLRACE),
          "no peer '" + peer + "' here; there are " + String.join(", ", subjects));
    }
    for (int size : sizes) {
      check(size >= MIN_SIZE && size <= MAX_SIZE, "--size must be 16 to 65536, not " + size);
    }
    modes.forEach(mode -> check(MODES.contains(mode), "--mode is multi, single or batch"));
    check(messages >= 1, "--messages must be 1 or more");
    check(rate >= 0, "--rate must be 0 or more");
    check(forks == null || forks >= 1, "--forks must be 1 or more");
    List<Integer> pins = cpus == null ? Cpus.pickTwo() : cpus;
    check(
        !pins.isEmpty() && Cpus.areAllowed(pins), "--pin: this process may not use all of " + pins);
    Plan plan =
        new Plan(
            peers,
            messages,
            sizes,
            modes,
            producers,
            only,
            rate,
            pins,
            or(forks, quick ? 2 : 5),
            or(warmUpMillis, quick ? 400L : 1500L),
            or(measureMillis, quick ? 500L : 2000L),
            quick,
            jvmFlags);
    List<Case> cases = benches.stream().flatMap(bench -> bench.cases(plan).stream()).toList();
    check(
        cases.stream().anyMatch(plan::includes),
        "no case has the settings "
            + only
            + "; there are: "
            + cases.stream().map(Case::label).distinct().collect(Collectors.joining("; ")));
    return plan;
  }

  private static <T> T or(T given, T standard) {
    return given == null ? standard : given;
  }

  private void check(boolean right, String message) {
    if (!right) {
      throw wrong(message);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
