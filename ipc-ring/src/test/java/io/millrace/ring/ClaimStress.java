package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.function.IntPredicate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * Claims have owners and do not overlap, and what is still needed holds them back. Tried on this
 * machine with the ring's own code, by {@code mvn -Pjcstress -pl ipc-ring -am verify -DskipTests}.
 */
public final class ClaimStress {
  /** There are no processes here, and no claim is left open. */
  private static final IntPredicate NOBODY_LIVES = producer -> false;

  private ClaimStress() {}

  /** A process that sees a claim sees who announced it. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "no claim yet")
  @Outcome(id = "64", expect = ACCEPTABLE, desc = "the claim and its length")
  @Outcome(expect = FORBIDDEN, desc = "a claim of nobody")
  @State
  public static class IntentBeforeClaim {
    private final RingMemory memory = StressMemory.create();
    private final ProducerClaim claim = new ProducerClaim(memory, NOBODY_LIVES, 0);

    /** Makes a ring in which one claim has been made and retracted before. */
    public IntentBeforeClaim() {
      claim.take(2 * ALIGNMENT);
      claim.retract();
    }

    /** A producer. */
    @Actor
    public void producer() {
      claim.take(ALIGNMENT);
    }

    /**
     * A consumer that is stuck at the claim.
     *
     * @param result the length that the owner announced
     */
    @Actor
    public void recoverer(J_Result result) {
      if (memory.words.tail() == 2 * ALIGNMENT) {
        result.r1 = -1;
        return;
      }
      long length = memory.producers[0].intentLength();
      long start = memory.producers[0].intentPosition();
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
    private final ProducerClaim first = new ProducerClaim(memory, NOBODY_LIVES, 0);
    private final ProducerClaim second = new ProducerClaim(memory, NOBODY_LIVES, 1);

    /** Makes a ring. */
    public Claims() {}

    /**
     * A producer.
     *
     * @param result where its claim starts
     */
    @Actor
    public void first(JJ_Result result) {
      result.r1 = first.take(ALIGNMENT);
    }

    /**
     * Another producer.
     *
     * @param result where its claim starts
     */
    @Actor
    public void second(JJ_Result result) {
      result.r2 = second.take(ALIGNMENT);
    }
  }

  /** A record in a consumer's hand holds producers back, also while the cursor moves over it. */
  @JCStressTest
  @Outcome(id = "256", expect = ACCEPTABLE, desc = "the record is held")
  @Outcome(expect = FORBIDDEN, desc = "the record may be overwritten")
  @State
  public static class ShowBeforeMove {
    private final RingMemory memory = StressMemory.withGroup();
    private final SharedClaim claim =
        new SharedClaim(memory, memory.groups[0], memory.consumers[0], () -> {});

    /** Makes a ring with one record. */
    public ShowBeforeMove() {
      long position = new ProducerClaim(memory, NOBODY_LIVES, 0).take(ALIGNMENT);
      new RecordWriter(memory).pad(position, ALIGNMENT);
    }

    /** A consumer that takes the record. */
    @Actor
    public void consumer() {
      claim.take();
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
    private final ProducerClaim claim = new ProducerClaim(memory, NOBODY_LIVES, 0);
    private final Group group = Group.all(memory)[0];
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
      claim.take(ALIGNMENT);
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
}
