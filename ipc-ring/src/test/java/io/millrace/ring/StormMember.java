package io.millrace.ring;

import io.millrace.os.Descriptor;
import io.millrace.os.PidFd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/** A process with many members of a ring, each a thread, which work until the process is killed. */
final class StormMember {
  static final int PRODUCERS = 4;
  private static final int COMPETING = 3;
  private static final int FLEETING_ONES = 2;

  /** Without the consumer of the exclusive group, which only one process at a time has. */
  static final int MEMBERS = PRODUCERS + COMPETING + FLEETING_ONES;

  static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final GroupOptions FLEETING = GroupOptions.named("fleeting").shared();

  private static final int MAX_LENGTH = 700;
  private static final int MIN_LENGTH = 2 * Integer.BYTES;
  private static final int MAX_BATCH = 8;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final Ring ring;
  private final StormJournal journal;

  private StormMember(Ring ring, StormJournal journal) {
    this.ring = ring;
    this.journal = journal;
  }

  /** One line tells all: producers in the journal, first producer, seed, pid, descriptors. */
  public static void main(String[] arguments) throws IOException {
    warmUp();
    System.out.println("ready");
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int[] told = Arrays.stream(reader.readLine().split(" ")).mapToInt(Integer::parseInt).toArray();
    int pid = told[3];
    StormJournal journal;
    try (Descriptor parent = PidFd.open(pid)) {
      journal = new StormJournal(PidFd.copyDescriptor(parent, told[4], "journal"), told[0]);
    }
    Ring ring = RingChild.join(pid, Arrays.copyOfRange(told, 5, told.length));
    StormMember member = new StormMember(ring, journal);
    Random random = new Random(told[2]);
    for (int i = 0; i < PRODUCERS; i++) {
      int producer = told[1] + i;
      Random own = new Random(random.nextLong());
      member.start(() -> member.produce(producer, own));
    }
    member.startConsumers(ALONE, 1, random);
    member.startConsumers(TOGETHER, COMPETING, random);
    member.startConsumers(FLEETING, FLEETING_ONES, random);
  }

  private static void warmUp() {
    try (Ring ring = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY).maxWaiters(1));
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(GroupOptions.named("warm").shared())) {
      producer.offer(new UnsafeBuffer(new byte[8]), 0, 8, 1);
      consumer.poll((type, buffer, offset, length) -> {}, 1, WaitStrategy.blocking(), 1);
      consumer.waitForRecords().await(1);
    }
  }

  private void startConsumers(GroupOptions group, int count, Random random) {
    for (int i = 0; i < count; i++) {
      Random own = new Random(random.nextLong());
      start(() -> consume(group, own));
    }
  }

  private void start(Runnable work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | Error failure) {
                journal.violation("%s", failure);
                failure.printStackTrace();
              }
            })
        .start();
  }

  private static WaitStrategy anyWay(Random random) {
    return random.nextBoolean()
        ? WaitStrategy.blocking()
        : WaitStrategy.idling(new SleepingIdleStrategy(PAUSE_NANOS));
  }

  private void produce(int id, Random random) {
    Producer producer = retrying(ring::addProducer);
    WaitStrategy wait = anyWay(random);
    UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_LENGTH]);
    int sequence = 0;
    while (journal.goesOn()) {
      int length = MIN_LENGTH + random.nextInt(MAX_LENGTH - MIN_LENGTH);
      switch (random.nextInt(4)) {
        case 0 -> sequence = batch(producer, id, sequence, message, random);
        case 1 -> sequence = inPlace(producer, id, sequence, length, random.nextInt(8) == 0);
        default -> {
          fill(message, 0, length, id, sequence);
          if (producer.offer(message, 0, length, id, wait, WAIT_NANOS) > 0) {
            journal.committed(id, sequence++);
          }
        }
      }
      if (random.nextInt(64) == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    producer.close();
  }

  private int batch(Producer producer, int id, int start, UnsafeBuffer message, Random random) {
    int sequence = start;
    int records = 1 + random.nextInt(MAX_BATCH);
    int length = MIN_LENGTH + random.nextInt(100);
    try (Batch batch = producer.tryBatch(records, length)) {
      int used = batch == null ? 0 : random.nextInt(records + 1);
      for (int i = 0; i < used; i++) {
        fill(message, 0, length, id, sequence);
        batch.add(message, 0, length, id);
        journal.committed(id, sequence++);
      }
    }
    return sequence;
  }

  private int inPlace(Producer producer, int id, int sequence, int length, boolean abort) {
    int index = producer.tryClaim(length, id);
    if (index < 0) {
      return sequence;
    }
    fill(producer.buffer(), index, length, id, sequence);
    if (abort) {
      producer.abort(index);
      return sequence;
    }
    producer.commit(index);
    journal.committed(id, sequence);
    return sequence + 1;
  }

  /** The sequence, its complement at the end, and one byte between that tells of both. */
  private static void fill(
      org.agrona.MutableDirectBuffer buffer, int index, int length, int id, int sequence) {
    buffer.putInt(index, sequence);
    buffer.setMemory(index + 4, length - 8, (byte) (sequence * 31 + id));
    buffer.putInt(index + length - 4, ~sequence);
  }

  private void consume(GroupOptions group, Random random) {
    Consumer consumer = retrying(() -> ring.addConsumer(group));
    WaitStrategy wait = anyWay(random);
    RecordHandler handler = new Checker(journal, group);
    while (true) {
      consumer.poll(handler, 1 + random.nextInt(20), wait, WAIT_NANOS);
    }
  }

  /** Places become free when their dead owners are noticed, which takes somebody who notices. */
  private static <T> T retrying(java.util.function.Supplier<T> join) {
    while (true) {
      try {
        return join.get();
      } catch (NoFreeSlotException | GroupInUseException busy) {
        LockSupport.parkNanos(10 * PAUSE_NANOS);
      }
    }
  }

  /** Checks and notes what comes to a group. */
  static final class Checker implements RecordHandler {
    private final StormJournal journal;
    private final GroupOptions group;

    Checker(StormJournal journal, GroupOptions group) {
      this.journal = journal;
      this.group = group;
    }

    @Override
    public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
      came(type, buffer, offset, length, false);
    }

    @Override
    public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
      came(type, buffer, offset, length, true);
    }

    private void came(int id, DirectBuffer buffer, int offset, int length, boolean again) {
      int sequence = buffer.getInt(offset);
      boolean whole = buffer.getInt(offset + length - 4) == ~sequence;
      for (int i = 4; i < length - 4; i++) {
        whole &= buffer.getByte(offset + i) == (byte) (sequence * 31 + id);
      }
      if (!whole) {
        journal.violation("%s: a torn record of producer %d", group.name(), id);
      } else if (group == ALONE) {
        journal.cameAlone(id, sequence, again);
      } else if (group == TOGETHER) {
        journal.cameTogether(id, sequence, again);
      }
    }
  }
}
