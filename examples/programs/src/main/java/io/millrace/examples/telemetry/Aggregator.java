package io.millrace.examples.telemetry;

import io.millrace.discovery.Registry;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Scanner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The aggregator process of the telemetry example. */
final class Aggregator {
  private static final int BATCH = 256;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** How long to wait for the last messages when all producers have ended. */
  private static final long PATIENCE = 5 * SECOND;

  private final Queue<String> orders = new ConcurrentLinkedQueue<>();
  private final SampleChecker checker = new SampleChecker();
  private final HostView host = new HostView();
  private final Histogram interval = new Histogram(TimeUnit.HOURS.toNanos(1), 3);
  private final Histogram total = new Histogram(TimeUnit.HOURS.toNanos(1), 3);
  private final SampleDecoder decoder = new SampleDecoder(this::onOrigin, host);
  private final Map<Integer, Long> killed = new HashMap<>();
  private long bytes;
  private long malformed;
  private long promised;
  private boolean running;
  private boolean ending;

  private Aggregator() {}

  /**
   * Prints a line for each second, and a result when the parent says that all have ended.
   *
   * @param arguments the name of the ring
   */
  public static void main(String[] arguments) {
    Aggregator aggregator = new Aggregator();
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Consumer consumer = ring.addConsumer(GroupOptions.named("aggregator"))) {
      Thread reader = new Thread(() -> aggregator.read(new Scanner(System.in)), "orders");
      reader.setDaemon(true);
      reader.start();
      System.out.println("ready");
      aggregator.run(consumer);
    }
  }

  private void read(Scanner input) {
    while (input.hasNextLine()) {
      orders.add(input.nextLine());
    }
    // The parent is gone: nobody wants a result any more.
    Runtime.getRuntime().halt(1);
  }

  private void run(Consumer consumer) {
    WaitStrategy wait = WaitStrategy.spinningThenBlocking(SPIN_NANOS);
    RecordHandler handler =
        (type, buffer, offset, length) -> {
          bytes += length;
          if (!decoder.onSample(buffer, offset, length)) {
            malformed++;
          }
        };
    long tick = System.nanoTime();
    while (!ending) {
      consumer.poll(handler, BATCH, wait, SECOND / 20);
      obey();
      long now = System.nanoTime();
      if (!running) {
        tick = now;
      } else if (now - tick >= SECOND) {
        print(now - tick);
        tick = now;
      }
    }
    int count = 1;
    while (count > 0 || checker.received() < promised && System.nanoTime() - tick < PATIENCE) {
      count = consumer.poll(handler, BATCH, wait, SECOND / 20);
    }
    settleKilled();
    printResult();
  }

  private void onOrigin(int producer, long sequence, long publishNanos) {
    checker.onSample(producer, sequence);
    interval.recordValue(Math.max(0, System.nanoTime() - publishNanos));
  }

  private void obey() {
    for (String order = orders.poll(); order != null; order = orders.poll()) {
      String[] words = order.split(" ");
      switch (words[0]) {
        case "start" -> running = true;
        case "end" -> ending = true;
        default ->
            promise(
                Integer.parseInt(words[1]), Long.parseLong(words[2]), words[0].equals("killed"));
      }
    }
  }

  private void promise(int producer, long count, boolean wasKilled) {
    promised += count;
    if (wasKilled) {
      killed.put(producer, count);
    } else {
      checker.onSent(producer, count);
    }
  }

  /** A killed producer has sent what it counted, or one more that it had no time to count. */
  private void settleKilled() {
    killed.forEach(
        (producer, count) -> {
          SequenceCheck seen = checker.producer(producer);
          long uncounted = seen != null && seen.received() == count + 1 ? 1 : 0;
          checker.onSent(producer, count + uncounted);
          promised += uncounted;
        });
  }

  private void print(long nanos) {
    double seconds = nanos / (double) SECOND;
    System.out.printf(
        Locale.ROOT,
        "second %,11.0f msg/s %7.1f MB/s  latency us: %s%n",
        interval.getTotalCount() / seconds,
        bytes / seconds / 1e6,
        latencies(interval));
    System.out.println("host " + host.nextLine());
    total.add(interval);
    interval.reset();
    bytes = 0;
  }

  private static String latencies(Histogram histogram) {
    return String.format(
        Locale.ROOT,
        "p50 %.1f  p99 %.1f  p99.9 %.1f  max %.1f",
        histogram.getValueAtPercentile(50) / 1e3,
        histogram.getValueAtPercentile(99) / 1e3,
        histogram.getValueAtPercentile(99.9) / 1e3,
        histogram.getMaxValue() / 1e3);
  }

  private void printResult() {
    total.add(interval);
    String verdict = checker.isFlawless() && malformed == 0 ? "ok" : "failed";
    System.out.printf(
        Locale.ROOT,
        "result %s sent=%d received=%d lost=%d%s%n",
        verdict,
        promised,
        checker.received(),
        checker.lost(),
        checker.isFlawless() && malformed == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " doubled=%d out_of_order=%d surplus=%d malformed=%d",
                checker.doubled(),
                checker.outOfOrder(),
                checker.surplus(),
                malformed));
    System.out.printf(
        Locale.ROOT,
        "latency  p50_ns=%d p99_ns=%d p99.9_ns=%d max_ns=%d%n",
        total.getValueAtPercentile(50),
        total.getValueAtPercentile(99),
        total.getValueAtPercentile(99.9),
        total.getMaxValue());
  }
}
