package io.millrace.perf.jmh;

import io.millrace.ring.Batch;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls of a ring: each message is offered and polled by the same thread. */
@State(Scope.Thread)
public class RingCalls {
  private static final int TYPE = 1;
  private static final int BATCH = 10;

  /** The length of a message in bytes. */
  @Param("32")
  public int size;

  private Ring ring;
  private Producer producer;
  private Consumer consumer;
  private UnsafeBuffer source;
  private long read;
  private final RecordHandler handler =
      (type, buffer, offset, length) -> read += buffer.getLong(offset);

  /** Makes the ring. */
  @Setup
  public void open() {
    ring = Ring.create(RingOptions.capacity(1 << 20).name("calls"));
    producer = ring.addProducer();
    consumer = ring.addConsumer(GroupOptions.named("calls"));
    source = new UnsafeBuffer(new byte[size]);
  }

  /** Gives it back. */
  @TearDown
  public void close() {
    CloseHelper.closeAll(consumer, producer, ring);
  }

  /**
   * One message there.
   *
   * @return what was read
   */
  @Benchmark
  public long offerAndPoll() {
    producer.offer(TYPE, source, 0, size);
    consumer.poll(handler, 1);
    return read;
  }

  /**
   * Ten messages there, in one batch.
   *
   * @return what was read
   */
  @Benchmark
  public long batchOfTenAndPoll() {
    try (Batch batch = producer.tryBatch(BATCH, size)) {
      for (int i = 0; i < BATCH; i++) {
        batch.add(TYPE, source, 0, size);
      }
    }
    consumer.poll(handler, BATCH);
    return read;
  }

  /**
   * A look at a ring without a message.
   *
   * @return nothing
   */
  @Benchmark
  public int pollNothing() {
    return consumer.poll(handler, 1);
  }
}
