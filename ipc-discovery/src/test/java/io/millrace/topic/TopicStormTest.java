package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Publishers that come and go, many of them by SIGKILL, under subscribers that stay, and competing
 * ones that come and go as well. {@code -Dmillrace.topic.storm=200} for more.
 */
class TopicStormTest {
  private static final int KILLS = Integer.getInteger("millrace.topic.storm", 6);
  private static final int HOSTS = 2;
  private static final int PUBLISHERS = 6;
  private static final int PLAIN = 6;
  private static final int COMPETING = 2;

  /** Fewer places than sleepers. */
  private static final RingOptions SHAPE = RingOptions.capacity(1 << 16).maxWaiters(4);

  @TempDir Path root;
  private final Queue failures = new Queue();

  /** What went wrong in other threads. */
  private static final class Queue extends CopyOnWriteArrayList<Throwable> {
    private static final long serialVersionUID = 1;
  }

  /**
   * A process with some publishers, each of which writes for a while and makes room for another.
   */
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) {
      Random random = new Random(Long.parseLong(arguments[1]));
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        List<TopicPublisher> publishers = new ArrayList<>();
        long[] next = new long[PUBLISHERS];
        for (int i = 0; i < PUBLISHERS; i++) {
          publishers.add(Topic.publisher(registry, "storm", PublisherOptions.ring(SHAPE)));
        }
        System.out.println("running");
        while (true) {
          int i = random.nextInt(PUBLISHERS);
          for (int burst = random.nextInt(50); burst > 0; burst--) {
            message.putLong(0, next[i]);
            if (publishers.get(i).offer(1, message, 0, 8) >= 0) {
              next[i]++;
            }
          }
          if (random.nextInt(3000) == 0 && publishers.get(i).awaitSubscribers(5_000_000_000L)) {
            publishers.get(i).close();
            next[i] = 0;
            publishers.set(i, Topic.publisher(registry, "storm", PublisherOptions.ring(SHAPE)));
          }
        }
      }
    }
  }

  /** What one subscriber, or all that compete together, got of each publisher. */
  private static final class Received {
    final Map<String, Long> next = new ConcurrentHashMap<>();
    final Set<String> ended = ConcurrentHashMap.newKeySet();
    long lost;

    void take(String publisher, long number, boolean again) {
      long expected = next.getOrDefault(publisher, 0L);
      if (number != expected && !(again && number == expected - 1)) {
        throw new AssertionError(publisher + ": " + number + " in place of " + expected);
      }
      next.put(publisher, number + 1);
    }
  }

  private final class Reader implements TopicListener, io.millrace.ring.RecordHandler {
    final Received received;
    final TopicSubscriber subscriber;
    final Thread thread = new Thread(this::run, "reader");
    volatile boolean running = true;

    Reader(Registry registry, Received received, SubscriberOptions options) {
      this.received = received;
      subscriber = Topic.subscriber(registry, "storm", options.listener(this));
      thread.start();
    }

    private void run() {
      try {
        while (running) {
          subscriber.poll(this, 64, WaitStrategy.blocking(), Duration.ofSeconds(1).toNanos());
        }
      } catch (Throwable failure) {
        failures.add(failure);
      } finally {
        subscriber.close();
      }
    }

    @Override
    public void onRecord(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
      received.take(subscriber.origin().name(), number(buffer, offset), false);
    }

    @Override
    public void onRedelivery(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
      received.take(subscriber.origin().name(), number(buffer, offset), true);
    }

    private long number(org.agrona.DirectBuffer buffer, int offset) {
      return buffer.getLong(offset);
    }

    @Override
    public void onEnded(Origin publisher, Ending how) {
      received.ended.add(publisher.name());
    }

    @Override
    public void onLost(Origin publisher, long bytes) {
      received.lost += bytes;
    }

    @Override
    public void onRefused(Origin publisher, RuntimeException why) {
      failures.add(why);
    }

    void end() throws InterruptedException {
      running = false;
      subscriber.wakeup();
      thread.join(60_000);
      assertTrue(!thread.isAlive(), "a reader hangs");
    }
  }

  @Test
  @Timeout(600)
  void everyRecordOfEveryPublisherIsDeliveredInOrderToAllWhoReadIt() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    List<ChildProcess> hosts = new ArrayList<>();
    List<Received> plain = new ArrayList<>();
    List<Reader> readers = new ArrayList<>();
    Received competing = new Received();
    List<Reader> competitors = new ArrayList<>();
    try (Registry registry = Registry.open(root)) {
      for (int i = 0; i < PLAIN; i++) {
        plain.add(new Received());
        readers.add(
            new Reader(
                registry, plain.get(i), SubscriberOptions.group(GroupOptions.named("plain" + i))));
      }
      SubscriberOptions workers = SubscriberOptions.competing("workers");
      for (int i = 0; i < COMPETING; i++) {
        competitors.add(new Reader(registry, competing, workers));
      }
      for (int i = 0; i < HOSTS; i++) {
        hosts.add(host(random));
      }
      for (int kill = 0; kill < KILLS; kill++) {
        awaitProgress(plain.get(0), 5 + random.nextInt(20_000));
        int victim = random.nextInt(HOSTS);
        hosts.get(victim).close();
        hosts.set(victim, host(random));
        if (kill % 3 == 0) {
          int leaving = random.nextInt(COMPETING);
          competitors.get(leaving).end();
          competitors.set(leaving, new Reader(registry, competing, workers));
        }
      }
      for (ChildProcess host : hosts) {
        host.close();
      }
      for (Reader reader : readers) {
        Eventually.await("all ends", Log.DEADLINE, () -> reader.subscriber.publishers().isEmpty());
      }
      for (Reader reader : competitors) {
        Eventually.await("all ends", Log.DEADLINE, () -> reader.subscriber.publishers().isEmpty());
      }
      for (Reader reader : readers) {
        reader.end();
      }
      for (Reader reader : competitors) {
        reader.end();
      }
      assertEquals(List.of(), failures);
      assertSame(plain, competing);
      assertEquals(List.of(), registry.list());
    } catch (AssertionError failure) {
      failures.forEach(failure::addSuppressed);
      throw new AssertionError("-Dmillrace.seed=" + seed, failure);
    } finally {
      hosts.forEach(ChildProcess::close);
    }
  }

  private ChildProcess host(Random random) {
    ChildProcess host =
        ChildProcess.start(Host.class, root.toString(), Long.toString(random.nextLong()));
    host.expectLine("running", Log.DEADLINE);
    return host;
  }

  private void awaitProgress(Received received, long records) {
    long before = count(received);
    Eventually.await(
        records + " records more",
        Log.DEADLINE,
        () -> !failures.isEmpty() || count(received) >= before + records);
    assertEquals(List.of(), failures);
  }

  private static long count(Received received) {
    return received.next.values().stream().mapToLong(Long::longValue).sum();
  }

  /** All readers of a publisher that got anything of it got the same. */
  private static void assertSame(List<Received> plain, Received competing) {
    Set<String> publishers = new TreeSet<>();
    plain.forEach(one -> publishers.addAll(one.next.keySet()));
    assertTrue(publishers.size() > KILLS * PUBLISHERS / 2, publishers.size() + " publishers");
    for (String publisher : publishers) {
      Map<String, Long> counts = new HashMap<>();
      for (int i = 0; i < plain.size(); i++) {
        if (plain.get(i).next.containsKey(publisher)) {
          counts.put("plain" + i, plain.get(i).next.get(publisher));
        }
        assertEquals(0, plain.get(i).lost);
      }
      if (competing.next.containsKey(publisher)) {
        counts.put("competing", competing.next.get(publisher));
      }
      assertEquals(1, new HashSet<>(counts.values()).size(), publisher + ": " + counts);
    }
  }
}
