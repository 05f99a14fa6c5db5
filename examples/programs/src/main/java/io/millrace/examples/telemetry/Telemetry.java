package io.millrace.examples.telemetry;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.ProducerCounters;
import io.millrace.ring.RingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The telemetry example: several processes sample this host and publish what they see into one
 * ring, another one finds the ring by name, checks that nothing is missing, and prints.
 *
 * <p>This class starts and stops them. It also creates the ring and publishes it; any of the others
 * could do that as well.
 */
@Command(
    name = "telemetry",
    description = {
      "Producer processes sample this host's /proc and publish into a ring;"
          + " an aggregator process finds it by name, checks and prints."
    },
    mixinStandardHelpOptions = true)
public final class Telemetry extends Example {
  private static final int RING_BYTES = 4 * 1024 * 1024;
  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 30;

  @Option(names = "--seconds", description = "How long to run (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(names = "--producers", description = "How many (default: ${DEFAULT-VALUE}).")
  private int producers = 3;

  @Option(
      names = "--rate",
      converter = Rate.Converter.class,
      description =
          "Messages a second and producer, or max for full speed: then the latency is that of"
              + " the queue (default: what this machine carries easily).")
  private Rate rate;

  @Option(names = "--kill", description = "Kill a producer with SIGKILL halfway.")
  private boolean kill;

  private final List<ChildJvm> running = new ArrayList<>();

  @Override
  protected String run() {
    check(seconds >= 1 && seconds <= 86_400, "--seconds must be from 1 to 86400");
    check(producers >= 1 && producers <= 64, "--producers must be from 1 to 64");
    Registry registry = keep(Registry.open());
    Ring ring = keep(Ring.create(RingOptions.capacity(RING_BYTES).name("telemetry")));
    String name = "telemetry-" + ProcessHandle.current().pid();
    Publication publication =
        keep(registry.publish(name, ring, Capabilities.none().with("schema", "telemetry")));
    System.out.println("ring " + publication.service().name() + " in " + registry.root());
    Rate pace = announce();

    ChildJvm aggregator = keep(ChildJvm.start("the aggregator", Aggregator.class, name));
    aggregator.expect("ready", START_SECONDS);
    for (int id = 0; id < producers; id++) {
      running.add(keep(ChildJvm.start("producer " + id, SampleProducer.class, name, id, pace)));
    }
    running.forEach(producer -> producer.expect("ready", START_SECONDS));
    running.forEach(producer -> producer.tell("start"));
    aggregator.tell("start");

    for (int second = 1; second <= seconds; second++) {
      System.out.printf("%4d s  %s%n", second, aggregator.expect("second", STOP_SECONDS));
      System.out.println("        " + aggregator.expect("host", STOP_SECONDS));
      if (kill && second == Math.max(1, seconds / 2)) {
        killOne(ring, aggregator);
      }
    }
    for (ChildJvm producer : running) {
      producer.tell("stop");
      aggregator.tell("sent " + producer.expect("sent", STOP_SECONDS));
    }
    aggregator.tell("end");
    String result = aggregator.expect("result", STOP_SECONDS);
    String latency = aggregator.expect("latency", STOP_SECONDS);
    return result + " producers=" + producers + " " + latency;
  }

  private Rate announce() {
    if (rate == null) {
      int processors = Runtime.getRuntime().availableProcessors();
      Rate fitting = Rate.fitting(processors, producers);
      System.out.printf(
          Locale.ROOT,
          "each producer sends %,d messages a second, which suits %d processors;"
              + " --rate max shows full speed%n",
          fitting.perSecond(),
          processors);
      return fitting;
    }
    if (rate.isMax()) {
      System.out.println(
          "full speed: the latency is the time that a message waits in the full ring");
    }
    return rate;
  }

  /** What a killed producer has sent is still in the ring's counters. */
  private void killOne(Ring ring, ChildJvm aggregator) {
    int id = running.size() - 1;
    ChildJvm victim = running.remove(id);
    victim.kill();
    long sent = 0;
    for (ProducerCounters counters : ring.counters().producers()) {
      if (counters.pid() == victim.pid()) {
        sent = counters.records();
      }
    }
    System.out.println("producer " + id + " was killed after " + sent + " messages");
    aggregator.tell("killed " + id + " " + sent);
  }
}
