package io.millrace.perf;

import io.millrace.perf.bench.BridgeBench;
import io.millrace.perf.bench.Burst;
import io.millrace.perf.bench.Crossing;
import io.millrace.perf.bench.Discovery;
import io.millrace.perf.bench.Groups;
import io.millrace.perf.bench.JmhBench;
import io.millrace.perf.bench.Recording;
import io.millrace.perf.bench.RecoveryBench;
import io.millrace.perf.bench.RequestBench;
import io.millrace.perf.bench.RoundTripBench;
import io.millrace.perf.bench.SnapshotBench;
import io.millrace.perf.bench.Throughput;
import io.millrace.perf.bench.TopicBench;
import io.millrace.perf.harness.Bench;
import java.util.List;
import java.util.Optional;

/** All benches there are. */
final class Benches {
  static final List<Bench> ALL =
      List.of(
          RoundTripBench.latency(),
          new Throughput(),
          new Burst(),
          new Groups(),
          RoundTripBench.wakeup(),
          new Crossing(),
          new SnapshotBench(),
          new Discovery(),
          new RecoveryBench(),
          new TopicBench(),
          new RequestBench(),
          new Recording(),
          new BridgeBench(),
          new JmhBench());

  /** What a first look has no time for. */
  private static final List<String> LONG = List.of("topic", "request", "recording", "bridge");

  private Benches() {}

  /** Those of a run of everything; a quick one leaves out what takes minutes. */
  static List<Bench> all(boolean quick) {
    return ALL.stream().filter(bench -> !quick || !LONG.contains(bench.name())).toList();
  }

  static Optional<Bench> named(String name) {
    return ALL.stream().filter(bench -> bench.name().equals(name)).findFirst();
  }
}
