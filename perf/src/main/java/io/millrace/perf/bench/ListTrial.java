package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.ServiceSpec;
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
import java.util.function.IntSupplier;
import org.HdrHistogram.Histogram;

/**
 * Lists the services of other processes, and finds one of them; counts the system calls of a
 * listing where strace can be had.
 */
final class ListTrial implements Trial.Body {
  private static final Metric TIME = Metric.nanos("list_time");
  private static final Metric FINDING = Metric.nanos("find_time");
  private static final Metric CALLS = Metric.count("list_syscalls_per_record", "calls");
  private static final int FINDINGS = 2000;

  /** Records in all listings of the warm-up together, and likewise of what is measured. */
  private static final int RECORDS = 20_000;

  private static final int FEWEST_LISTINGS = 10;

  /** A published service costs its process two descriptors, of which some systems give few. */
  private static final int SERVICES_A_HOST = 1000;

  private final int services;

  ListTrial(int services) {
    this.services = services;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Path place = PublishTrial.privateDirectory(fork, "services");
    for (int first = 0; first < services; first += SERVICES_A_HOST) {
      int end = Math.min(services, first + SERVICES_A_HOST);
      Map<String, Object> which = Map.of("place", place, "first", first, "end", end);
      ChildJvm host = fork.start("services" + first, HostRole.class, List.of(), which);
      host.expect("ready", PublishTrial.PATIENCE_SECONDS);
    }
    Map<String, Object> all = Map.of("place", place, "services", services);
    ChildJvm lister = fork.start("lister", ListerRole.class, List.of(), all);
    Histogram listing = lister.expectHistogram("listed", PublishTrial.PATIENCE_SECONDS);
    Histogram finding = lister.expectHistogram("found", PublishTrial.PATIENCE_SECONDS);
    Sample sample =
        new Sample()
            .with(listing)
            .with(TIME, listing.getValueAtPercentile(50), listing.getTotalCount())
            .with(FINDING, finding.getValueAtPercentile(50), finding.getTotalCount());
    OptionalDouble calls = CallCount.of(fork, lister);
    if (calls.isPresent()) {
      sample.with(CALLS, calls.getAsDouble() / services, countings(services));
    }
    return sample;
  }

  /** Every call is traced: of many services few listings must do. */
  private static int countings(int services) {
    return Math.max(3, Math.min(CallCount.ROUNDS, RECORDS / services));
  }

  /** Publishes what is listed. */
  public static final class HostRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        for (int i = parent.integer("first"); i < parent.integer("end"); i++) {
          registry.publish(ServiceSpec.named("service" + i));
        }
        parent.say("ready");
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Lists and finds. */
  public static final class ListerRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      Path place = Path.of(parent.argument("place"));
      int services = parent.integer("services");
      int rounds = Math.max(FEWEST_LISTINGS, RECORDS / services);
      try (Registry registry = Registry.open(place);
          Directory directory = Directory.open(place)) {
        parent.say("listed", measure(rounds, () -> registry.list().size(), services));
        String last = "service" + (services - 1);
        parent.say("found", measure(FINDINGS, () -> registry.find(last).isPresent() ? 1 : 0, 1));
        CallCount.repeat(parent, directory, countings(services), registry::list, () -> {});
      }
    }

    /** Does it as often for warming up before. */
    private static Histogram measure(int rounds, IntSupplier counting, int expected) {
      Histogram histogram = new Histogram(PublishTrial.DIGITS);
      for (int i = 0; i < 2 * rounds; i++) {
        long start = System.nanoTime();
        int found = counting.getAsInt();
        long nanos = System.nanoTime() - start;
        if (found != expected) {
          throw new IllegalStateException(found + " services were found, not " + expected);
        }
        if (i >= rounds) {
          histogram.recordValue(nanos);
        }
      }
      return histogram;
    }
  }
}
