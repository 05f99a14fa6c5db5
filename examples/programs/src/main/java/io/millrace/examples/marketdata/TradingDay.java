package io.millrace.examples.marketdata;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Invents a trading day that looks like one: busy at the open and the close, quiet at noon, events
 * in bursts, most orders deleted, few executed, a book that never crosses and a price that wanders.
 * The same seed makes the same day.
 */
final class TradingDay {
  static final long OPEN = TimeUnit.MINUTES.toNanos(9 * 60 + 30);
  static final long CLOSE = TimeUnit.HOURS.toNanos(16);

  private static final double BURST = 0.6;
  private static final double BURST_NANOS = 20_000;
  private static final long TICK = 100;
  private static final int FEWEST_ORDERS = 60;

  private final SplittableRandom random;
  private final List<EventLine> orders = new ArrayList<>();
  private final TreeMap<Long, Integer> bids = new TreeMap<>();
  private final TreeMap<Long, Integer> asks = new TreeMap<>();
  private final double meanGap;
  private double now = OPEN;
  private long middle = 1_000_000;
  private long lastOrder = 5000;

  private TradingDay(long seed, int events) {
    random = new SplittableRandom(seed);
    meanGap = (CLOSE - OPEN) / (double) events / (1 - BURST);
  }

  /** Writes a day of so many events to a file. */
  static void write(Path file, long seed, int events) throws IOException {
    TradingDay day = new TradingDay(seed, events);
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (int i = 0; i < events; i++) {
        writer.append(day.next().toString()).append('\n');
      }
    }
  }

  private EventLine next() {
    double part = 2 * (now - OPEN) / (CLOSE - OPEN) - 1;
    double gap = random.nextDouble() < BURST ? BURST_NANOS : meanGap / (0.5 + 1.5 * part * part);
    now = Math.min(CLOSE - 1, now - gap * Math.log(1 - random.nextDouble()));
    double dice = random.nextDouble();
    if (orders.size() < FEWEST_ORDERS || dice < 0.46) {
      return add();
    }
    int chosen = random.nextInt(orders.size());
    if (dice < 0.52 && orders.get(chosen).size() > 1) {
      return take(chosen, EventLine.REDUCED, 1 + random.nextInt(orders.get(chosen).size() - 1));
    }
    if (dice < 0.90) {
      return take(chosen, EventLine.DELETED, orders.get(chosen).size());
    }
    return execute(random.nextBoolean() ? 1 : -1);
  }

  private EventLine add() {
    middle += TICK * (random.nextInt(3) - 1) * (random.nextInt(8) == 0 ? 1 : 0);
    int side = random.nextBoolean() ? 1 : -1;
    long distance = TICK * (1 + (long) (-4 * Math.log(1 - random.nextDouble())));
    long price = middle - side * distance;
    if (side > 0 && !asks.isEmpty()) {
      price = Math.min(price, asks.firstKey() - TICK);
    } else if (side < 0 && !bids.isEmpty()) {
      price = Math.max(price, bids.lastKey() + TICK);
    }
    EventLine order =
        new EventLine(
            (long) now, EventLine.NEW, ++lastOrder, 100 * (1 + random.nextInt(9)), price, side);
    orders.add(order);
    (side > 0 ? bids : asks).merge(price, 1, Integer::sum);
    return order;
  }

  /** The oldest order at the best price is hit, or part of it. */
  private EventLine execute(int side) {
    long best = side > 0 ? key(bids, true) : key(asks, false);
    for (int i = 0; i < orders.size(); i++) {
      EventLine order = orders.get(i);
      if (order.side() == side && order.price() == best) {
        return take(i, EventLine.EXECUTED, Math.min(order.size(), 100 * (1 + random.nextInt(3))));
      }
    }
    return add();
  }

  private static long key(TreeMap<Long, Integer> levels, boolean highest) {
    return levels.isEmpty() ? -1 : highest ? levels.lastKey() : levels.firstKey();
  }

  private EventLine take(int index, int kind, int size) {
    EventLine order = orders.get(index);
    int rest = order.size() - size;
    if (rest > 0) {
      orders.set(
          index,
          new EventLine(
              order.dayNanos(), EventLine.NEW, order.order(), rest, order.price(), order.side()));
    } else {
      orders.remove(index);
      (order.side() > 0 ? bids : asks)
          .computeIfPresent(order.price(), (price, count) -> count > 1 ? count - 1 : null);
    }
    return new EventLine((long) now, kind, order.order(), size, order.price(), order.side());
  }
}
