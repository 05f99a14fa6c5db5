package io.millrace.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Meters that are there as long as they are set: what is not set again in a round goes at its end.
 * Not safe for several threads; the meters themselves may be read by any.
 */
final class MeterBoard {
  private final MeterRegistry registry;
  private final Map<Key, Cell> cells = new HashMap<>();
  private final Set<Key> seen = new HashSet<>();

  private record Key(String name, Tags tags) {}

  private static final class Cell {
    private volatile double value;
    private Meter meter;

    double value() {
      return value;
    }
  }

  MeterBoard(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Sets what only grows. */
  void count(String name, String unit, String description, Tags tags, double value) {
    Cell cell = cell(name, tags, value);
    if (cell.meter == null) {
      cell.meter =
          FunctionCounter.builder(name, cell, Cell::value)
              .baseUnit(unit)
              .description(description)
              .tags(tags)
              .register(registry);
    }
  }

  /** Sets what goes up and down. */
  void gauge(String name, String unit, String description, Tags tags, double value) {
    Cell cell = cell(name, tags, value);
    if (cell.meter == null) {
      cell.meter =
          Gauge.builder(name, cell, Cell::value)
              .baseUnit(unit)
              .description(description)
              .tags(tags)
              .register(registry);
    }
  }

  private Cell cell(String name, Tags tags, double value) {
    Key key = new Key(name, tags);
    seen.add(key);
    Cell cell = cells.computeIfAbsent(key, absent -> new Cell());
    cell.value = value;
    return cell;
  }

  /** Takes all meters out of the registry. */
  void clear() {
    cells.values().forEach(cell -> registry.remove(cell.meter));
    cells.clear();
    seen.clear();
  }

  /** Ends a round. */
  void removeUnset() {
    cells
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !seen.contains(entry.getKey());
              if (gone) {
                registry.remove(entry.getValue().meter);
              }
              return gone;
            });
    seen.clear();
  }
}
