package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The members of a ring that live on: consumers, a thread each, that wait without a time limit, and
 * a producer. Nobody but {@link #produce} writes, so a thread that is stuck stays stuck and is
 * found.
 */
final class Survivors implements AutoCloseable {
  /** The type of records that the survivors' own producer writes. */
  static final int OWN = 9;

  private static final int END = 1000;
  private static final int LENGTH = 1000;
  private static final long PAUSE_NANOS = 100_000;

  /** How consumers wait. */
  enum Manner {
    BLOCKING,
    POLLING
  }

  private final Ring ring;
  private final Manner manner;
  private final Map<String, List<Delivery>> journals = new LinkedHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
  private Producer producer;
  private int produced;

  Survivors(Ring ring, Manner manner) {
    this.ring = ring;
    this.manner = manner;
  }

  /** Adds a consumer. */
  Survivors with(GroupOptions group) {
    List<Delivery> journal =
        journals.computeIfAbsent(
            group.name(), name -> Collections.synchronizedList(new ArrayList<>()));
    Consumer consumer = ring.addConsumer(group);
    Thread thread = new Thread(() -> consume(consumer, journal), "survivor in " + group.name());
    threads.add(thread);
    thread.start();
    return this;
  }

  private void consume(Consumer consumer, List<Delivery> journal) {
    Collector collector = new Collector(journal);
    WaitStrategy wait =
        manner == Manner.BLOCKING
            ? WaitStrategy.blocking()
            : WaitStrategy.idling(new SleepingIdleStrategy(PAUSE_NANOS));
    try (consumer) {
      while (!collector.ended) {
        consumer.poll(collector, 1, wait, Waitable.FOREVER);
      }
    } catch (RuntimeException | Error failure) {
      failures.add(failure);
    }
  }

  /** Waits until every blocking survivor sleeps. */
  void awaitAsleep() {
    if (manner == Manner.BLOCKING) {
      Eventually.await("all survivors sleep", SOON, () -> sleepers() >= threads.size());
    }
  }

  /**
   * Waits until every blocking survivor sleeps until it is woken, the short first sleep behind it.
   * Where a claim is under way they never do.
   */
  void awaitDeepAsleep() {
    Signals.awaitSleepersInEpoll(ring.core.membership.pid, threads.size());
  }

  private int sleepers() {
    RingMemory memory = ring.core.memory;
    int sleepers = 0;
    for (WaiterSlot slot : memory.waiters) {
      boolean sleeps = (slot.phase() & PHASE_MASK) == WAITING;
      boolean own = slot.owner.pid() == ring.core.membership.pid;
      sleepers += sleeps && own ? 1 : 0;
    }
    return sleepers;
  }

  /** Waits until all groups that have survivors are at the tail, with nobody writing. */
  void awaitCaughtUp() {
    Eventually.await(
        "all survivors have passed what is there: " + journals.keySet(), SOON, this::isCaughtUp);
  }

  private boolean isCaughtUp() {
    assertEquals(List.of(), failures);
    RingCounters counters = ring.counters();
    long tail = counters.position();
    return counters.groups().stream()
            .filter(group -> journals.containsKey(group.name()))
            .allMatch(group -> group.position() == tail)
        && recordsInHand() == 0;
  }

  /** A shared group's position is ahead of what its consumers are still handling. */
  private int recordsInHand() {
    RingMemory memory = ring.core.memory;
    int inHand = 0;
    for (ConsumerSlot slot : memory.consumers) {
      boolean own = slot.state() == ACTIVE && slot.owner.pid() == ring.core.membership.pid;
      inHand += own && slot.inHand() != NONE ? 1 : 0;
    }
    return inHand;
  }

  /** Writes several capacities of records, waiting for room without a time limit. */
  void produceCapacities(int capacities) {
    produce(capacities * ring.capacity() / recordLength(LENGTH));
  }

  void produce(int records) {
    if (producer == null) {
      producer = ring.addProducer();
    }
    for (int i = 0; i < records; i++) {
      message.putInt(0, produced);
      assertTrue(offer(OWN) > 0, "no room");
      produced++;
    }
  }

  private long offer(int type) {
    return producer.offer(type, message, 0, LENGTH, WaitStrategy.blocking(), SOON.toNanos());
  }

  void releaseProducer() {
    producer.close();
    producer = null;
  }

  /** What a group got so far. */
  List<Delivery> journal(String group) {
    return journals.get(group);
  }

  /**
   * Checks that a group got all records of a type that were committed, each once, or once more and
   * marked as redelivery; and in order, if it has one consumer.
   */
  static void assertComplete(List<Delivery> journal, int type, int committed, boolean ordered) {
    int[] first = new int[committed];
    int[] again = new int[committed];
    int last = -1;
    for (Delivery delivery : List.copyOf(journal)) {
      if (delivery.type() == type) {
        int sequence = delivery.sequence();
        assertTrue(
            sequence >= 0 && sequence < committed,
            "record " + sequence + " of type " + type + " was never committed");
        if (delivery.again()) {
          again[sequence]++;
        } else {
          first[sequence]++;
        }
        if (ordered) {
          assertTrue(sequence >= last, "record " + sequence + " after " + last);
          last = sequence;
        }
      }
    }
    for (int i = 0; i < committed; i++) {
      assertTrue(first[i] + again[i] > 0, "record " + i + " of type " + type + " was lost");
      assertTrue(first[i] <= 1, "record " + i + " of type " + type + " came twice");
    }
  }

  void assertAllGotOwnRecords(String group, boolean ordered) {
    assertComplete(journal(group), OWN, produced, ordered);
  }

  /** Ends all consumers, each with a record of its own. */
  @Override
  public void close() {
    try {
      while (threads.stream().anyMatch(Thread::isAlive) && failures.isEmpty()) {
        if (producer == null) {
          producer = ring.addProducer();
        }
        producer.offer(END, message, 0, LENGTH);
        for (Thread thread : threads) {
          thread.join(1);
        }
      }
      assertEquals(List.of(), failures);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    } finally {
      if (producer != null) {
        producer.close();
      }
    }
  }

  /** Keeps what comes. */
  private static final class Collector implements RecordHandler {
    private final List<Delivery> journal;
    private volatile boolean ended;

    Collector(List<Delivery> journal) {
      this.journal = journal;
    }

    @Override
    public void onRecord(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
      add(type, buffer.getInt(offset), false);
    }

    @Override
    public void onRedelivery(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
      add(type, buffer.getInt(offset), true);
    }

    private void add(int type, int sequence, boolean again) {
      if (type == END) {
        ended = true;
      } else {
        journal.add(new Delivery(type, sequence, again));
      }
    }
  }
}
