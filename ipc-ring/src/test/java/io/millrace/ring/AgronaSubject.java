package io.millrace.ring;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** A ring buffer and what has to be closed behind it. */
record AgronaSubject(String name, RingBuffer buffer, Runnable end) implements AutoCloseable {
  static AgronaSubject agrona(int capacity) {
    ByteBuffer memory =
        BufferUtil.allocateDirectAligned(capacity + RingBufferDescriptor.TRAILER_LENGTH, 64);
    return new AgronaSubject("Agrona", new ManyToOneRingBuffer(new UnsafeBuffer(memory)), () -> {});
  }

  static AgronaSubject ours(RingOptions options) {
    Ring ring = Ring.create(options);
    AgronaRingBuffer adapter = AgronaRingBuffer.of(ring, "readers");
    return new AgronaSubject(
        "Millrace",
        adapter,
        () -> {
          adapter.close();
          ring.close();
        });
  }

  @Override
  public void close() {
    end.run();
  }

  @Override
  public String toString() {
    return name;
  }
}
