package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.os.EventFd;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Nobody sleeps over a record. Tried on this machine with the ring's own code, by {@code mvn
 * -Pjcstress -pl ipc-ring -am verify -DskipTests}.
 */
public final class SleepStress {
  private SleepStress() {}

  /** One who is about to sleep, and one who commits a record: one of them sees the other. */
  abstract static class Sleep {
    private static final EventFd EVENT = EventFd.create();

    final RingMemory memory = StressMemory.create();
    private final RecordWriter writer = new RecordWriter(memory);
    private final Signals signals = new Signals(memory, new EventFd[] {EVENT}, null);

    /** As every sleeper does, but for the barrier, which cannot be relied on. */
    final void announce() {
      Place.announce(memory.waiters[0], phase(1, NO_QUEUE, WAITING), memory.words.dataWaiters);
    }

    final int look() {
      return memory.records.isCommitted(0) ? 1 : 0;
    }

    final void commit() {
      writer.pad(0, ALIGNMENT);
    }

    final int signal() {
      return signals.recordCommitted();
    }
  }

  /**
   * Neither has a fence that the other could rely on: the first look may miss a record whose
   * producer did not look late enough. The second look, at the end of the first sleep, does not.
   */
  @JCStressTest
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "sleeps, and is woken")
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "sees the record")
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE_INTERESTING, desc = "both: one wake-up for nothing")
  @Outcome(
      id = "0, 0, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "sees the record after its first sleep")
  @Outcome(id = "0, 0, 0", expect = FORBIDDEN, desc = "sleeps for ever")
  @State
  public static class SleepWithoutABarrier extends Sleep {
    /** Makes a ring. */
    public SleepWithoutABarrier() {}

    /**
     * One who is about to sleep.
     *
     * @param result whether it sees the record
     */
    @Actor
    public void sleeper(III_Result result) {
      announce();
      result.r1 = look();
    }

    /**
     * A producer.
     *
     * @param result how many it woke
     */
    @Actor
    public void producer(III_Result result) {
      commit();
      result.r2 = signal();
    }

    /**
     * The sleeper again, when what the producer stored has arrived.
     *
     * @param result whether it sees the record now
     */
    @Arbiter
    public void afterTheFirstSleep(III_Result result) {
      result.r3 = look();
    }
  }
}
