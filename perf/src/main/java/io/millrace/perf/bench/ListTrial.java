package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.discovery.ServiceSpec;
import io.millrace.os.Directory;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** Lists many services of another process; counts the system calls where strace is to be had. */
final class ListTrial implements Trial.Body {
  private static final Metric TIME = Metric.nanos("list_time");
  private static final Metric CALLS = Metric.count("list_syscalls_per_record", "calls");
  private static final int WARM_UP = 100;
  private static final int MEASURED = 100;

  private final int services;

  ListTrial(int services) {
    this.services = services;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Map<String, Object> arguments =
        Map.of("place", PublishTrial.privateDirectory(fork, "services"), "services", services);
    ChildJvm host = fork.start("services", HostRole.class, List.of(), arguments);
    host.expect("ready", PublishTrial.PATIENCE_SECONDS);
    ChildJvm lister = fork.start("lister", ListerRole.class, List.of(), arguments);
    Histogram histogram = lister.expectHistogram("measured", PublishTrial.PATIENCE_SECONDS);
    Sample sample =
        new Sample()
            .with(histogram)
            .with(TIME, histogram.getValueAtPercentile(50), histogram.getTotalCount());
    OptionalDouble calls = CallCount.of(fork, lister);
    if (calls.isPresent()) {
      sample.with(CALLS, calls.getAsDouble() / services, CallCount.ROUNDS);
    }
    return sample;
  }

  /** Publishes what is listed. */
  public static final class HostRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        for (int i = 0; i < parent.integer("services"); i++) {
          registry.publish(ServiceSpec.named("service" + i));
        }
        parent.say("ready");
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Lists. */
  public static final class ListerRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      Path place = Path.of(parent.argument("place"));
      Histogram histogram = new Histogram(PublishTrial.DIGITS);
      try (Registry registry = Registry.open(place);
          Directory directory = Directory.open(place)) {
        for (int i = 0; i < WARM_UP + MEASURED; i++) {
          long start = System.nanoTime();
          int found = registry.list().size();
          long nanos = System.nanoTime() - start;
          if (found != parent.integer("services")) {
            throw new IllegalStateException("only " + found + " services were found");
          }
          if (i >= WARM_UP) {
            histogram.recordValue(nanos);
          }
        }
        parent.say("measured", histogram);
        CallCount.repeat(parent, directory, registry::list, () -> {});
      }
    }
  }
}
