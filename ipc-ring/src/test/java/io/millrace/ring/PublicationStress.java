package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.function.IntPredicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A reader that sees a record sees all of it. Tried on this machine with the ring's own code, by
 * {@code mvn -Pjcstress -pl ipc-ring -am verify -DskipTests}.
 */
public final class PublicationStress {
  /** There are no processes here, and no claim is left open. */
  private static final IntPredicate NOBODY_LIVES = producer -> false;

  private static final long PAYLOAD = 0x0123456789abcdefL;

  private PublicationStress() {}

  private static UnsafeBuffer payload() {
    UnsafeBuffer source = new UnsafeBuffer(new byte[Long.BYTES]);
    source.putLong(0, PAYLOAD);
    return source;
  }

  /** A reader that sees the stamp of a record sees its header and its payload. */
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
      writer.write(64, 7, source, 0, Long.BYTES);
    }

    /**
     * A consumer.
     *
     * @param result what it saw
     */
    @Actor
    public void consumer(JJ_Result result) {
      if (memory.records.isCommitted(64)) {
        result.r1 = memory.data.getLong(memory.records.payloadIndex(64));
        result.r2 = memory.records.length(64);
      }
    }
  }

  /**
   * A reader that sees a byte of a new record sees the tail behind it: an observer throws it away.
   */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the old record, whole")
  @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "noticed that it was overrun")
  @Outcome(expect = FORBIDDEN, desc = "torn, and not noticed")
  @State
  public static class ObserverValidation {
    private final RingMemory memory = StressMemory.create();
    private final RecordWriter writer = new RecordWriter(memory);
    private final ProducerClaim claim = new ProducerClaim(memory, NOBODY_LIVES, 0);
    private final RecordCopy copy = new RecordCopy(memory);
    private final UnsafeBuffer source = payload();

    /** Makes a ring that is full, of records whose payload is 1. */
    public ObserverValidation() {
      for (int position = 0; position < StressMemory.CAPACITY; position += ALIGNMENT) {
        claim.take(ALIGNMENT);
        memory.data.putLong(position + RECORD_HEADER_LENGTH, 1);
        writer.begin(position, 1, Long.BYTES);
        writer.commit(position);
      }
    }

    /** A producer, one lap ahead. */
    @Actor
    public void producer() {
      writer.write(claim.take(ALIGNMENT), 7, source, 0, Long.BYTES);
    }

    /**
     * An observer of the oldest record.
     *
     * @param result the payload, or -1 if it was overrun
     */
    @Actor
    public void observer(JJ_Result result) {
      if (!memory.records.isCommitted(0)) {
        result.r1 = -1;
        return;
      }
      result.r1 = copy.take(0) ? copy.payload.getLong(0) : -1;
    }
  }
}
