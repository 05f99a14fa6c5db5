package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.os.EventFd;
import io.millrace.os.Membarrier;
import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * What the ring claims about the order of memory accesses, tried on this machine with the ring's
 * own code. Run by {@code mvn -Pjcstress -pl ipc-ring -am verify -DskipTests}.
 */
public final class OrderingStress {
  /** There are no processes here, and no claim is left open. */
  private static final IntPredicate NOBODY_LIVES = producer -> false;

  private static final long PAYLOAD = 0x0123456789abcdefL;

  private OrderingStress() {}

  private static UnsafeBuffer payload() {
    UnsafeBuffer source = new UnsafeBuffer(new byte[Long.BYTES]);
    source.putLong(0, PAYLOAD);
    return source;
  }

  /** Whoever sees the stamp of a record sees its header and its payload. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not committed yet")
  @Outcome(id = "81985529216486895, 8", expect = ACCEPTABLE, desc = "all of it")
  @Outcome(expect = FORBIDDEN, desc = "a part of it")
  @State
  public static class Publication {
    private final RingMemory memory = StressMemory.create();
    private final RecordWriter writer = new RecordWriter(memory);
    private final UnsafeBuffer source = payload();

    /** Makes a ring. */
    public Publication() {}

    /** A producer. */
    @Actor
    public void producer() {
      writer.write(64, source, 0, Long.BYTES, 7);
    }

    /**
     * A consumer.
     *
     * @param result what it saw
     */
    @Actor
    public void consumer(JJ_Result result) {
      if (memory.isCommitted(64)) {
        result.r1 = memory.data.getLong(64 + RECORD_HEADER_LENGTH);
        result.r2 = memory.data.getInt(64 + RECORD_LENGTH);
      }
    }
  }

  /** Whoever sees a byte of a new record sees the tail behind it: an observer throws it away. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the old record, whole")
  @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "noticed that it was overrun")
  @Outcome(expect = FORBIDDEN, desc = "torn, and not noticed")
  @State
  public static class ObserverValidation {
    private final RingMemory memory = StressMemory.create();
    private final RecordWriter writer = new RecordWriter(memory);
    private final ProducerSlot slot = new ProducerSlot(memory, NOBODY_LIVES, 0);
    private final UnsafeBuffer source = payload();

    /** Makes a ring that is full, of records whose payload is 1. */
    public ObserverValidation() {
      for (int position = 0; position < StressMemory.CAPACITY; position += ALIGNMENT) {
        slot.claim(ALIGNMENT);
        memory.data.putLong(position + RECORD_HEADER_LENGTH, 1);
        writer.begin(position, Long.BYTES, 1);
        writer.commit(position);
      }
    }

    /** A producer, one lap ahead. */
    @Actor
    public void producer() {
      writer.write(slot.claim(ALIGNMENT), source, 0, Long.BYTES, 7);
    }

    /**
     * An observer of the oldest record.
     *
     * @param result the payload, or -1 if it was overrun
     */
    @Actor
    public void observer(JJ_Result result) {
      if (!memory.isCommitted(0)) {
        result.r1 = -1;
        return;
      }
      long seen = memory.data.getLong(RECORD_HEADER_LENGTH);
      VarHandle.acquireFence();
      result.r1 = memory.tail() > StressMemory.CAPACITY ? -1 : seen;
    }
  }

  /** Whoever sees a claim sees who announced it. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "no claim yet")
  @Outcome(id = "64", expect = ACCEPTABLE, desc = "the claim and its length")
  @Outcome(expect = FORBIDDEN, desc = "a claim of nobody")
  @State
  public static class IntentBeforeClaim {
    private final RingMemory memory = StressMemory.create();
    private final ProducerSlot slot = new ProducerSlot(memory, NOBODY_LIVES, 0);

    /** Makes a ring in which one claim has been made and retracted before. */
    public IntentBeforeClaim() {
      slot.claim(2 * ALIGNMENT);
      slot.retract();
    }

    /** A producer. */
    @Actor
    public void producer() {
      slot.claim(ALIGNMENT);
    }

    /**
     * A consumer that is stuck at the claim.
     *
     * @param result the length that the owner announced
     */
    @Actor
    public void recoverer(J_Result result) {
      if (memory.tail() == 2 * ALIGNMENT) {
        result.r1 = -1;
        return;
      }
      long length = memory.header.getLongVolatile(producerSlot(0) + INTENT_LENGTH);
      long start = memory.header.getLongVolatile(producerSlot(0) + INTENT_POSITION);
      result.r1 = start == 2 * ALIGNMENT ? length : 0;
    }
  }

  /** Two producers never claim the same bytes. */
  @JCStressTest
  @Outcome(id = "0, 64", expect = ACCEPTABLE, desc = "one after the other")
  @Outcome(id = "64, 0", expect = ACCEPTABLE, desc = "the other way round")
  @Outcome(expect = FORBIDDEN, desc = "overlapping, or a gap")
  @State
  public static class Claims {
    private final RingMemory memory = StressMemory.create();
    private final ProducerSlot first = new ProducerSlot(memory, NOBODY_LIVES, 0);
    private final ProducerSlot second = new ProducerSlot(memory, NOBODY_LIVES, 1);

    /** Makes a ring. */
    public Claims() {}

    /**
     * A producer.
     *
     * @param result where its claim starts
     */
    @Actor
    public void first(JJ_Result result) {
      result.r1 = first.claim(ALIGNMENT);
    }

    /**
     * Another producer.
     *
     * @param result where its claim starts
     */
    @Actor
    public void second(JJ_Result result) {
      result.r2 = second.claim(ALIGNMENT);
    }
  }

  /** A record in a consumer's hand holds producers back, also while the cursor moves over it. */
  @JCStressTest
  @Outcome(id = "256", expect = ACCEPTABLE, desc = "the record is held")
  @Outcome(expect = FORBIDDEN, desc = "the record may be overwritten")
  @State
  public static class ShowBeforeMove {
    private final RingMemory memory = StressMemory.withGroup();

    /** Makes a ring with one record. */
    public ShowBeforeMove() {
      long position = new ProducerSlot(memory, NOBODY_LIVES, 0).claim(ALIGNMENT);
      new RecordWriter(memory).pad(position, ALIGNMENT);
    }

    /** A consumer that takes the record: as {@link SharedConsumer} does. */
    @Actor
    public void consumer() {
      int cursor = memory.groupSlot(0) + CURSOR;
      memory.header.putLongRelease(memory.consumerSlot(0) + IN_PROGRESS, 0);
      memory.header.compareAndSetLong(cursor, NOBODY, ALIGNMENT);
    }

    /**
     * A producer that looks for room.
     *
     * @param result how far it may write
     */
    @Actor
    public void producer(J_Result result) {
      result.r1 = Space.limit(memory, NOBODY_LIVES);
    }
  }

  /** No producer that has not seen a new group has a limit beyond what the group holds. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the group's records are safe")
  @Outcome(expect = FORBIDDEN, desc = "they may be overwritten")
  @State
  public static class GroupOpening {
    private final RingMemory memory = StressMemory.create();
    private final ProducerSlot slot = new ProducerSlot(memory, NOBODY_LIVES, 0);
    private final Group group = new Group(memory, 0);
    private long limit;

    /** Makes a ring without a group. */
    public GroupOpening() {}

    /** Somebody opens a group at the tail. */
    @Actor
    public void opener() {
      group.open(GroupOptions.named("g"));
    }

    /** A producer moves the tail and looks how far it may go on. */
    @Actor
    public void producer() {
      slot.claim(ALIGNMENT);
      limit = Space.limit(memory, NOBODY_LIVES);
    }

    /**
     * The outcome.
     *
     * @param result 1 if the limit spares what the group has not consumed
     */
    @Arbiter
    public void arbiter(J_Result result) {
      result.r1 = limit <= group.position() + StressMemory.CAPACITY ? 1 : 0;
    }
  }

  /** One who is about to sleep, and one who commits a record: one of them sees the other. */
  abstract static class Sleep {
    private static final EventFd EVENT = EventFd.create();

    final RingMemory memory = StressMemory.create();
    private final RecordWriter writer = new RecordWriter(memory);
    private final Signals signals = new Signals(memory, new EventFd[] {EVENT});

    /** Announces, as {@link Waiter} does, up to the barrier. */
    final void announce() {
      UnsafeBuffer header = memory.header;
      header.putLongRelease(memory.waiterSlot(0) + WAITER_PHASE, 4 | WAITING);
      header.compareAndSetLong(DATA_WAITERS_OFFSET, 0, 1);
    }

    final int look() {
      return memory.isCommitted(0) ? 1 : 0;
    }

    final void commit() {
      writer.pad(0, ALIGNMENT);
    }

    final int signal() {
      return signals.recordCommitted();
    }
  }

  /** The sleeper's barrier runs through all processes, the producer has none. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "sleeps, and is woken")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "sees the record")
  @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "both: one wake-up for nothing")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "sleeps for ever")
  @State
  public static class SleepBehindABarrier extends Sleep {
    /** Makes a ring. */
    public SleepBehindABarrier() {}

    /**
     * One who is about to sleep.
     *
     * @param result whether it sees the record
     */
    @Actor
    public void sleeper(II_Result result) {
      announce();
      if (Membarrier.isRegistered()) {
        Membarrier.synchronize();
      }
      result.r1 = look();
    }

    /**
     * A producer.
     *
     * @param result how many it woke
     */
    @Actor
    public void producer(II_Result result) {
      commit();
      result.r2 = signal();
    }
  }

  /** Without that barrier each side needs a full fence. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "sleeps, and is woken")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "sees the record")
  @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "both: one wake-up for nothing")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "sleeps for ever")
  @State
  public static class SleepBehindAFence extends Sleep {
    /** Makes a ring. */
    public SleepBehindAFence() {}

    /**
     * One who is about to sleep.
     *
     * @param result whether it sees the record
     */
    @Actor
    public void sleeper(II_Result result) {
      announce();
      VarHandle.fullFence();
      result.r1 = look();
    }

    /**
     * A producer.
     *
     * @param result how many it woke
     */
    @Actor
    public void producer(II_Result result) {
      commit();
      VarHandle.fullFence();
      result.r2 = signal();
    }
  }
}
