package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.os.Directory;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Joins a ring of another process by its name; counts the system calls of that. */
final class JoinTrial implements Trial.Body {
  private static final Metric CALLS = Metric.count("join_syscalls", "calls");
  private static final int WARM_UP = 300;
  private static final int CAPACITY = 64 * 1024;
  private static final String NAME = "ring";

  @Override
  public Sample run(Fork fork) throws Exception {
    Map<String, Object> arguments = Map.of("place", PublishTrial.privateDirectory(fork, "rings"));
    ChildJvm host = fork.start("ring", HostRole.class, List.of(), arguments);
    host.expect("ready", PublishTrial.PATIENCE_SECONDS);
    ChildJvm joiner = fork.start("joiner", JoinerRole.class, List.of(), arguments);
    joiner.expect("warm", PublishTrial.PATIENCE_SECONDS);
    OptionalDouble calls = CallCount.of(fork, joiner);
    Sample sample = new Sample();
    return calls.isPresent() ? sample.with(CALLS, calls.getAsDouble(), CallCount.ROUNDS) : sample;
  }

  /** Publishes the ring. */
  public static final class HostRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")));
          Ring ring = Ring.create(RingOptions.capacity(CAPACITY))) {
        registry.publish(NAME, ring, Capabilities.none());
        parent.say("ready");
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Joins and leaves. */
  public static final class JoinerRole implements Role {
    private Ring ring;

    @Override
    public void run(Parent parent) throws Exception {
      Path place = Path.of(parent.argument("place"));
      try (Registry registry = Registry.open(place);
          Directory directory = Directory.open(place)) {
        for (int i = 0; i < WARM_UP; i++) {
          registry.joinRing(NAME).close();
        }
        parent.say("warm");
        CallCount.repeat(
            parent,
            directory,
            CallCount.ROUNDS,
            () -> ring = registry.joinRing(NAME),
            () -> ring.close());
      }
    }
  }
}
