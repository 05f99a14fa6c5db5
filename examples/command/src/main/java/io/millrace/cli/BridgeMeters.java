package io.millrace.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.millrace.bridge.BridgeStatus;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** What the bridges of a host tell, as meters. Used by one thread at a time. */
final class BridgeMeters {
  private final List<Meter> meters = new ArrayList<>();

  private record Meter(MultiGauge gauge, ToLongFunction<BridgeStatus> value) {}

  BridgeMeters(MeterRegistry registry) {
    add(registry, "records", null, "Sent, or received", BridgeStatus::records);
    add(registry, "again", null, "Records that came again", BridgeStatus::again);
    add(registry, "position", "bytes", "Stream so far", BridgeStatus::position);
    add(registry, "lag", "bytes", "Sent, and not in the archive yet", BridgeStatus::lag);
    add(registry, "lost", "bytes", "Gone before the bridge was there", BridgeStatus::lostBytes);
    add(registry, "runs", null, "Starts of the sender that were seen", BridgeStatus::runs);
    add(registry, "refusals", null, "What could not be carried", BridgeStatus::refusals);
  }

  private void add(
      MeterRegistry registry,
      String name,
      String unit,
      String description,
      ToLongFunction<BridgeStatus> value) {
    MultiGauge gauge =
        MultiGauge.builder("millrace.bridge." + name)
            .baseUnit(unit)
            .description(description)
            .register(registry);
    meters.add(new Meter(gauge, value));
  }

  /** Shows those that are there now, and no others any more. */
  void show(RegistryView view) {
    List<BridgeStatus> all =
        view.scan().services().stream()
            .filter(Sighting::isAlive)
            .map(sighting -> BridgeStatus.of(sighting.service()))
            .flatMap(Optional::stream)
            .toList();
    for (Meter meter : meters) {
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      for (BridgeStatus bridge : all) {
        long value = meter.value.applyAsLong(bridge);
        rows.add(MultiGauge.Row.of(tags(bridge), () -> value));
      }
      meter.gauge.register(rows, true);
    }
  }

  private static Tags tags(BridgeStatus bridge) {
    return Tags.of(
        "side", bridge.side().name().toLowerCase(Locale.ROOT),
        "channel", bridge.channel(),
        "stream", Integer.toString(bridge.stream()),
        "pid", Integer.toString(bridge.pid()));
  }
}
