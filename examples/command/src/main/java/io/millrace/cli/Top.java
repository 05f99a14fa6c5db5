package io.millrace.cli;

import io.millrace.MillraceException;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.agrona.CloseHelper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows all rings and topics of a host at once. */
@Command(
    name = "top",
    description = {
      "Shows all rings and topics of the registry in one table, again and again: the rings of all"
          + " publishers of a topic in one line.",
      "Reads counters only: takes no place in a ring, and its members do not notice."
    })
final class Top implements Callable<Integer> {
  /** By what the lines are sorted. */
  enum Order {
    RATE(Comparator.comparingDouble(TopLine::records).reversed()),
    FILL(Comparator.comparingDouble(TopLine::fill).reversed()),
    LAG(Comparator.comparingLong(TopLine::lag).reversed()),
    DEAD(Comparator.comparingInt(TopLine::dead).reversed()),
    NAME(Comparator.comparing(TopLine::name));

    private final Comparator<TopLine> comparator;

    Order(Comparator<TopLine> comparator) {
      this.comparator = comparator.thenComparing(TopLine::name);
    }
  }

  @Mixin private RegistryChoice registry;
  @Mixin private Pace pace;
  @Mixin private Output output;

  @Option(
      names = "--sort",
      paramLabel = "BY",
      defaultValue = "rate",
      description = "rate, fill, lag, dead or name (default: ${DEFAULT-VALUE}).")
  private Order order;

  @Option(
      names = "--width",
      paramLabel = "N",
      description =
          "Columns of the terminal; without it, as many as it has. What does not fit goes.")
  private Integer width;

  /** By the instances of their publications. */
  private final Map<Long, Looked> rings = new HashMap<>();

  /** A ring, and what it was like at the last look. */
  private static final class Looked {
    private final Ring ring;
    private RingReading before;

    Looked(Ring ring) {
      this.ring = ring;
      before = RingReading.of(ring.counters());
    }

    RingRates next(String name) {
      RingReading now = RingReading.of(ring.counters());
      RingRates rates = RingRates.between(name, ring.capacity(), before, now);
      before = now;
      return rates;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    try (RegistryView view = registry.view()) {
      look(view); // Rates are between two looks.
      boolean read = true;
      while (read && pace.next()) {
        Collection<TopLine> lines = look(view);
        output.startOver();
        show(lines.stream().sorted(order.comparator).toList());
        read = output.flush();
      }
    } finally {
      CloseHelper.closeAll(rings.values().stream().map(looked -> looked.ring).toList());
    }
    return 0;
  }

  private Collection<TopLine> look(RegistryView view) {
    Map<String, TopLine> lines = new LinkedHashMap<>();
    List<Long> present = new ArrayList<>();
    for (Sighting sighting : view.scan().services()) {
      Service service = sighting.service();
      boolean isTopic = WatchedRings.isPublisher(service);
      if (sighting.isAlive() && (isTopic || service.kind().equals("ring"))) {
        present.add(service.instance());
        Looked looked = looked(view, service);
        if (looked != null) {
          String name = isTopic ? WatchedRings.topicOf(service) : service.name();
          TopLine line = TopLine.of(name, isTopic, looked.next(name));
          lines.merge((isTopic ? "topic " : "ring ") + name, line, TopLine::with);
        }
      }
    }
    List<Looked> gone =
        rings.entrySet().stream()
            .filter(entry -> !present.contains(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    rings.keySet().retainAll(present);
    CloseHelper.closeAll(gone.stream().map(looked -> looked.ring).toList());
    return lines.values();
  }

  /** Returns null if it is gone or cannot be obtained: the others are still shown. */
  private Looked looked(RegistryView view, Service service) {
    try {
      return rings.computeIfAbsent(
          service.instance(), instance -> new Looked(view.joinRing(service.name())));
    } catch (MillraceException unreadable) {
      return null;
    }
  }

  private void show(List<TopLine> lines) {
    if (output.isJson()) {
      output.print(Map.of("rings", lines), () -> "");
      return;
    }
    // The first ones go last where the terminal is narrow.
    TextTable table =
        new TextTable(
            "NAME",
            ">RECORDS/S",
            ">FILL %",
            ">LAG",
            ">DEAD",
            "GROUP BEHIND",
            ">BYTES/S",
            ">FULL/S",
            ">WAKE-UPS/S",
            ">PRODUCERS",
            ">CONSUMERS",
            "KIND");
    for (TopLine line : lines) {
      table.row(
          line.name(),
          Units.rate(line.records()),
          String.format(Locale.ROOT, "%.1f", line.fill() * 100),
          Units.bytes(line.lag()),
          line.dead(),
          line.slowest(),
          Units.bytes(line.bytes()),
          Units.rate(line.backPressures()),
          Units.rate(line.wakeUps()),
          line.producers(),
          line.consumers(),
          line.topic() ? "topic" : "ring");
    }
    table.print(output, width != null ? width : output.width());
  }
}
