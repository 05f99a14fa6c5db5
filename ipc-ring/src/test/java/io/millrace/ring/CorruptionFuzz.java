package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.MillraceException;
import io.millrace.os.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The main class of a process that uses a ring whose memory is full of noise. It prints {@code
 * clean} if everything ended as a result or as a {@link RingException}; a watchdog ends it if
 * something does not end at all.
 */
final class CorruptionFuzz {
  private static final long DEADLINE_NANOS = 30_000_000_000L;
  private static final int OPERATIONS = 150;
  private static final int MAX_LENGTH = 3000;
  private static final RingOptions OPTIONS =
      RingOptions.capacity(MIN_CAPACITY)
          .name("fuzz")
          .maxProducers(4)
          .maxGroups(4)
          .maxConsumers(6)
          .maxWaiters(4);

  private final Random random;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_LENGTH]);
  private final List<Producer> producers = new ArrayList<>();
  private final List<Consumer> consumers = new ArrayList<>();
  private final List<Observer> observers = new ArrayList<>();
  private Ring ring;
  private int corruptions;
  private int refusals;

  private CorruptionFuzz(long seed) {
    random = new Random(seed);
  }

  /** Arguments: the seed of the first round, and the number of rounds. */
  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    AtomicLong lastRound = new AtomicLong(System.nanoTime());
    watch(Thread.currentThread(), lastRound);
    int refusals = 0;
    for (int i = 0; i < rounds; i++) {
      lastRound.set(System.nanoTime());
      CorruptionFuzz round = new CorruptionFuzz(seed + i);
      try {
        round.run();
      } catch (RuntimeException | Error failure) {
        System.out.println("round with seed " + (seed + i) + ", " + round.corruptions + " words");
        failure.printStackTrace(System.out);
        System.exit(3);
      }
      refusals += round.refusals;
    }
    System.out.println("clean " + refusals);
    System.exit(0);
  }

  private static void watch(Thread worker, AtomicLong lastRound) {
    Thread watchdog =
        new Thread(
            () -> {
              while (System.nanoTime() - lastRound.get() < DEADLINE_NANOS) {
                LockSupport.parkNanos(DEADLINE_NANOS / 100);
              }
              System.out.println("stuck");
              for (StackTraceElement line : worker.getStackTrace()) {
                System.out.println("  " + line);
              }
              Runtime.getRuntime().halt(4);
            });
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private void run() {
    try (Ring fresh = Ring.create(random.nextInt(4) == 0 ? OPTIONS.forSingleProducer() : OPTIONS)) {
      ring = fresh;
      producers.add(ring.addProducer());
      consumers.add(ring.addConsumer(GroupOptions.named("alone").retained()));
      consumers.add(ring.addConsumer(GroupOptions.named("together").shared()));
      consumers.add(ring.addConsumer(GroupOptions.named("together").shared()));
      observers.add(ring.addObserver());
      for (int i = 0; i < OPERATIONS; i++) {
        if (i > 20 && random.nextInt(4) == 0) {
          corrupt();
        }
        attempt(this::operate);
      }
      producers.forEach(handle -> attempt(handle::close));
      consumers.forEach(handle -> attempt(handle::close));
      observers.forEach(handle -> attempt(handle::close));
    }
  }

  private void attempt(Runnable operation) {
    try {
      operation.run();
    } catch (MillraceException refused) {
      refusals++;
    }
  }

  /** Noise goes to any word of the header, to the header of a record, or to the slots. */
  private void corrupt() {
    corruptions++;
    RingMemory memory = ring.core.memory;
    UnsafeBuffer header = memory.rawHeader;
    switch (random.nextInt(5)) {
      case 0 -> header.putLong(random.nextInt(header.capacity() / 8) * 8, noise());
      case 1 -> header.putInt(random.nextInt(SLOTS_OFFSET / 4) * 4, (int) noise());
      case 2 -> {
        int record = random.nextInt(memory.capacity / ALIGNMENT) * ALIGNMENT;
        memory.data.putInt(record + RECORD_LENGTH_OFFSET, (int) noise());
        memory.data.putInt(record + RECORD_TYPE_OFFSET, random.nextInt(4) - 2);
      }
      case 3 -> header.putByte(random.nextInt(header.capacity()), (byte) random.nextInt());
      default -> header.putLong(field(memory), noise());
    }
  }

  /** A field that protocols depend on. */
  private int field(RingMemory memory) {
    int producers = memory.producers.length;
    int groups = memory.groups.length;
    int consumers = memory.consumers.length;
    int[] fields = {
      TAIL_OFFSET,
      DATA_WAITERS_OFFSET,
      SPACE_WAITERS_OFFSET,
      GROUP_BOUND_OFFSET,
      OPENINGS_OFFSET,
      producerSlot(random.nextInt(producers)) + INTENT_POSITION_OFFSET,
      producerSlot(random.nextInt(producers)) + INTENT_LENGTH_OFFSET,
      producerSlot(random.nextInt(producers)) + PRODUCER_STATE_OFFSET,
      producerSlot(random.nextInt(producers)) + PRODUCER_IDENTITY_OFFSET,
      groupSlot(producers, random.nextInt(3)) + CURSOR_OFFSET,
      groupSlot(producers, random.nextInt(3)) + GROUP_STATE_OFFSET,
      groupSlot(producers, random.nextInt(3)) + GROUP_REDELIVERIES_OFFSET,
      consumerSlot(producers, groups, random.nextInt(consumers)) + IN_HAND_OFFSET,
      consumerSlot(producers, groups, random.nextInt(consumers)) + CONFIRMED_OFFSET,
      consumerSlot(producers, groups, random.nextInt(consumers)) + CONSUMER_STATE_OFFSET,
      consumerSlot(producers, groups, random.nextInt(consumers)) + CONSUMER_IDENTITY_OFFSET,
      waiterSlot(producers, groups, consumers, random.nextInt(memory.waiters.length))
          + WAITER_PHASE_OFFSET,
    };
    return fields[random.nextInt(fields.length)];
  }

  private long noise() {
    long tail = ring.core.memory.rawHeader.getLong(TAIL_OFFSET);
    switch (random.nextInt(8)) {
      case 0:
        return 0;
      case 1:
        return -1;
      case 2:
        return Long.MAX_VALUE - random.nextInt(256);
      case 3:
        return Long.MIN_VALUE + random.nextInt(256);
      case 4:
        return tail + (random.nextInt(64) - 32) * 64L;
      case 5:
        return random.nextInt(256);
      case 6:
        return (long) random.nextInt() << 32 | 1;
      default:
        return random.nextLong();
    }
  }

  private void operate() {
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> produce(one(producers));
      case 3 -> one(producers).offer(1, message, 0, 100, WaitStrategy.blocking(), 100_000);
      case 4, 5 -> one(consumers).poll(this::read, 1 + random.nextInt(50));
      case 6 -> one(consumers).poll(this::read, 1, WaitStrategy.blocking(), 100_000);
      case 7 -> one(observers).poll(this::read, 50);
      case 8 -> join();
      case 9 -> leave();
      case 10 -> look();
      default -> joinAgain();
    }
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private void produce(Producer producer) {
    int length = random.nextInt(MAX_LENGTH);
    switch (random.nextInt(3)) {
      case 0 -> producer.offer(1, message, 0, length);
      case 1 -> {
        int index = producer.tryClaim(2, length);
        if (index >= 0) {
          producer.buffer().setMemory(index, length, (byte) 1);
          if (random.nextBoolean()) {
            producer.commit(index);
          } else {
            producer.abort(index);
          }
        }
      }
      default -> {
        try (Batch batch = producer.tryBatch(5, 50)) {
          for (int i = 0; batch != null && i < 3; i++) {
            batch.add(3, message, 0, 50);
          }
        }
      }
    }
  }

  /** Reads all of it: an access out of range would be an exception, or the end of the process. */
  private void read(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += buffer.getByte(offset + i);
    }
    message.putInt(0, sum);
  }

  private void join() {
    switch (random.nextInt(4)) {
      case 0 -> producers.add(ring.addProducer());
      case 1 -> consumers.add(ring.addConsumer(GroupOptions.named("together").shared()));
      case 2 ->
          consumers.add(
              ring.addConsumer(GroupOptions.named("new" + random.nextInt(3)).startingAtOldest()));
      default -> observers.add(ring.addObserver());
    }
  }

  private void leave() {
    List<? extends RingHandle> from =
        random.nextBoolean() ? producers : random.nextBoolean() ? consumers : observers;
    if (from.size() > 1) {
      from.remove(from.size() - 1).close();
    }
  }

  private void look() {
    RingCounters counters = ring.counters();
    counters.producers();
    counters.consumers();
    counters.groups();
    ring.core.groups.evictDeadNow(64);
    ring.removeGroup("new0");
  }

  private void joinAgain() {
    int[] copies = ring.descriptors();
    for (int i = 0; i < copies.length; i++) {
      copies[i] = Descriptor.duplicateOf(copies[i], "copy").release();
    }
    try (Ring again = Ring.adopt(copies);
        Producer producer = again.addProducer();
        Observer observer = again.addObserver()) {
      producer.offer(1, message, 0, 10);
      observer.poll(this::read, 1);
    }
  }
}
