package io.millrace.ring;

import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.PidFd;
import io.millrace.testkit.Forked;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/** A process with one member of a ring, which works until the process is killed. */
final class StormMember implements Forked {
  /** What the one member is. */
  enum Role {
    PRODUCER,
    ALONE,
    TOGETHER,
    FLEETING
  }

  static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  static final GroupOptions FLEETING = GroupOptions.named("fleeting").shared();

  private static final int MAX_LENGTH = 700;
  private static final int MIN_LENGTH = 2 * Integer.BYTES;
  private static final int MAX_BATCH = 8;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private Ring ring;
  private StormJournal journal;

  StormMember() {}

  /** Joins: producers in the journal, pid, descriptor of the journal, descriptors of the ring. */
  StormMember(int... told) {
    try (Descriptor parent = PidFd.open(told[1])) {
      journal = new StormJournal(PidFd.copyDescriptor(parent, told[2], "journal"), told[0]);
    }
    ring = RingChild.join(told[1], Arrays.copyOfRange(told, 3, told.length));
  }

  /** The role, the number of the producer, a seed, and what the constructor is to be told. */
  @Override
  public void run(String... arguments) {
    int[] told = Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray();
    StormPauses.seed(told[1]);
    new StormMember(Arrays.copyOfRange(told, 2, told.length))
        .work(Role.valueOf(arguments[0]), told[0], new Random(told[1]));
  }

  void work(Role role, int id, Random random) {
    switch (role) {
      case PRODUCER -> produce(id, random);
      case ALONE -> consume(ALONE, random);
      case TOGETHER -> consume(TOGETHER, random);
      case FLEETING -> consume(FLEETING, random);
    }
  }

  @Override
  public void warmUp() {
    try (Ring created = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY));
        StormJournal noted = StormJournal.create(1)) {
      int[] numbers = created.descriptors();
      int[] told = new int[3 + numbers.length];
      told[0] = 1;
      told[1] = Credentials.pid();
      told[2] = noted.descriptor();
      System.arraycopy(numbers, 0, told, 3, numbers.length);
      StormMember member = new StormMember(told);
      try (Ring joined = member.ring;
          StormJournal own = member.journal) {
        Random random = new Random(0);
        for (GroupOptions group : new GroupOptions[] {ALONE, TOGETHER, FLEETING}) {
          try (Consumer consumer = joined.addConsumer(group)) {
            own.end();
            member.produce(0, random);
            consumer.poll(new Checker(own, FLEETING), 10, WaitStrategy.blocking(), 1);
            consumer.waitForRecords().await(1);
          }
        }
      }
    }
  }

  void report(Throwable failure) {
    journal.violation("%s", failure);
    failure.printStackTrace();
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
          if (producer.offer(id, message, 0, length, wait, WAIT_NANOS) > 0) {
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
        batch.add(id, message, 0, length);
        journal.committed(id, sequence++);
      }
    }
    return sequence;
  }

  private int inPlace(Producer producer, int id, int sequence, int length, boolean abort) {
    int index = producer.tryClaim(id, length);
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
      byte filling = (byte) (sequence * 31 + id);
      long eight = (filling & 0xff) * 0x0101010101010101L;
      int i = 4;
      while (i < length - 4) {
        // By eight where it is aligned: this is most of what an interpreted process does.
        boolean wide = i % 8 == 0 && i + 8 <= length - 4;
        whole &= wide ? buffer.getLong(offset + i) == eight : buffer.getByte(offset + i) == filling;
        i += wide ? 8 : 1;
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
