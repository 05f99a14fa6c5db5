package io.millrace.cli;

import io.millrace.bridge.BridgeStatus;
import io.millrace.cli.RingRates.ConsumerRates;
import io.millrace.cli.RingRates.GroupRates;
import io.millrace.cli.RingRates.ProducerRates;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.recording.Recorder;
import io.millrace.ring.Ring;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what a ring does. */
@Command(
    name = "stat",
    description = {
      "Shows what goes through a ring, again and again: rates, fill, how far each group lags"
          + " behind, back-pressure, wake-ups, recoveries.",
      "Reads counters only: takes no place in the ring, and its members do not notice."
    })
final class Stat implements Callable<Integer> {
  @Mixin private RegistryChoice registry;
  @Mixin private Pace pace;
  @Mixin private Output output;

  @Parameters(paramLabel = "NAME", description = "The service of a ring, or a topic.")
  private String name;

  @Override
  public Integer call() throws InterruptedException {
    try (WatchedRings<Looks> rings = new WatchedRings<>(registry, name, Looks::new)) {
      boolean read = true;
      while (read && pace.next()) {
        output.startOver();
        for (Looks looks : rings.all()) {
          show(looks.next());
        }
        showCarriers();
        read = output.flush();
        rings.lookIfDue();
      }
    }
    return 0;
  }

  /**
   * Recorders that have no room, and bridges: they hold producers back, which looks like a slow
   * group else.
   */
  private void showCarriers() {
    if (output.isJson()) {
      return;
    }
    try (RegistryView view = registry.view()) {
      for (Sighting sighting : view.scan().services()) {
        if (sighting.isAlive()) {
          showHeldRecorder(sighting.service());
          BridgeStatus.of(sighting.service()).ifPresent(this::showBridge);
        }
      }
    }
  }

  private void showHeldRecorder(Service service) {
    String why = service.capabilities().text(Recorder.HELD, "");
    if (service.kind().equals(Recorder.SERVICE_KIND) && !why.isEmpty()) {
      output.print(
          Text.printable(
              "recorder of group "
                  + service.capabilities().text(Recorder.GROUP, "")
                  + ", process "
                  + service.pid()
                  + ", is held: "
                  + why));
    }
  }

  private void showBridge(BridgeStatus bridge) {
    boolean sends = bridge.side() == BridgeStatus.Side.SENDER;
    output.print(
        Text.printable(
            (sends ? "bridge of group " + bridge.group() : "receiving bridge")
                + ", process "
                + bridge.pid()
                + ", "
                + bridge.state()
                + (sends ? ": sent " : ": received ")
                + Units.count(bridge.records())
                + " records, "
                + (sends
                    ? Units.bytes(bridge.lag()) + " not in the archive yet"
                    : Units.count(bridge.again()) + " came again")
                + ", refusals "
                + Units.count(bridge.refusals())));
  }

  /** One ring, and what it was like at the last look. */
  private static final class Looks implements AutoCloseable {
    private final String name;
    private final Ring ring;
    private RingReading before;

    Looks(String name, Ring ring) {
      this.name = name;
      this.ring = ring;
      before = RingReading.of(ring.counters());
    }

    RingRates next() {
      RingReading now = RingReading.of(ring.counters());
      RingRates rates = RingRates.between(name, ring.capacity(), before, now);
      before = now;
      return rates;
    }

    @Override
    public void close() {
      // The ring is another one's.
    }
  }

  private void show(RingRates rates) {
    if (output.isJson()) {
      output.print(rates, () -> "");
      return;
    }
    output.print(
        String.format(
            Locale.ROOT,
            "%s  %s  fill %.1f %%  %s records/s  %s/s  position %s  joins %s  evictions %s",
            output.styled(Style.bold, rates.ring()),
            Units.bytes(rates.capacity()),
            rates.fill() * 100,
            Units.rate(rates.records()),
            Units.bytes(rates.bytes()),
            Units.count(rates.position()),
            Units.count(rates.joins()),
            Units.count(rates.evictions())));
    print(groups(rates));
    print(producers(rates));
    print(consumers(rates));
    output.print("");
  }

  private void print(TextTable table) {
    if (!table.isEmpty()) {
      table.print(output);
    }
  }

  private static TextTable groups(RingRates rates) {
    TextTable table =
        new TextTable(
            "GROUP",
            "KIND",
            ">CONSUMERS",
            ">LAG",
            ">LAG %",
            ">RECORDS/S",
            ">REDELIVERED",
            ">RECOVERED");
    for (GroupRates group : rates.groups()) {
      table.row(
          group.name(),
          (group.shared() ? "shared" : "exclusive") + (group.retained() ? ", retained" : ""),
          group.consumers(),
          Units.bytes(group.lag()),
          String.format(Locale.ROOT, "%.1f", 100.0 * group.lag() / rates.capacity()),
          Units.rate(group.records()),
          Units.count(group.redeliveries()),
          Units.count(group.recoveries()));
    }
    return table;
  }

  private static TextTable producers(RingRates rates) {
    TextTable table =
        new TextTable(
            "PRODUCER",
            ">PID",
            ">RECORDS/S",
            ">BYTES/S",
            ">BACK-PRESSURE/S",
            ">WAKE-UPS/S",
            ">RECORDS",
            "");
    for (ProducerRates producer : rates.producers()) {
      table.row(
          producer.slot(),
          Processes.pid(producer.pid(), producer.foreign()),
          Units.rate(producer.records()),
          Units.bytes(producer.bytes()),
          Units.rate(producer.backPressures()),
          Units.rate(producer.wakeUps()),
          Units.count(producer.totalRecords()),
          producer.alive() ? "" : "killed");
    }
    return table;
  }

  private static TextTable consumers(RingRates rates) {
    TextTable table =
        new TextTable(
            "CONSUMER",
            ">PID",
            "OF GROUP",
            ">RECORDS/S",
            ">BYTES/S",
            ">WAKE-UPS/S",
            ">RECORDS",
            "");
    for (ConsumerRates consumer : rates.consumers()) {
      table.row(
          consumer.slot(),
          Processes.pid(consumer.pid(), consumer.foreign()),
          consumer.group(),
          Units.rate(consumer.records()),
          Units.bytes(consumer.bytes()),
          Units.rate(consumer.wakeUps()),
          Units.count(consumer.totalRecords()),
          consumer.alive() ? "" : "killed");
    }
    return table;
  }
}
