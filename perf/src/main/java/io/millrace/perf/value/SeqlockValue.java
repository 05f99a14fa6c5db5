package io.millrace.perf.value;

import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A seqlock in a mapped file: a sequence that is odd while the value is written. The reader copies
 * the value, and copies again if the sequence has moved; while it stands still, the copy does.
 */
final class SeqlockValue implements ValueAccess {
  private static final int SEQUENCE = 128;
  private static final int VALUE = SEQUENCE + Long.BYTES;
  private static final int PAGE = 4096;

  private final MappedFile file;
  private final UnsafeBuffer memory;
  private final UnsafeBuffer source;
  private final UnsafeBuffer copy;
  private final int length;
  private long sequence;
  private long seen = -1;

  SeqlockValue(Path directory, int size) throws IOException {
    file = MappedFile.create(directory.resolve("seqlock"), PAGE + size);
    memory = file.buffer();
    source = new UnsafeBuffer(new byte[size]);
    copy = new UnsafeBuffer(new byte[size]);
    length = size;
  }

  @Override
  public Timed timed(Operation operation) {
    return switch (operation) {
      case READ_UNCHANGED -> Timed.only(this::read);
      case READ_CHANGED -> new Timed(this::writeAndRead, this::write);
      case WRITE -> Timed.only(this::write);
      case READ_PINNING -> throw new IllegalArgumentException("a seqlock has no pins");
    };
  }

  private long read(int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      sum += readOnce();
    }
    return sum;
  }

  private long write(int times) {
    for (int i = 0; i < times; i++) {
      writeOnce();
    }
    return sequence;
  }

  private long writeAndRead(int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      writeOnce();
      sum += readOnce();
    }
    return sum;
  }

  private void writeOnce() {
    long next = sequence + 2;
    memory.putLong(SEQUENCE, next - 1);
    VarHandle.storeStoreFence();
    memory.putBytes(VALUE, source, 0, length);
    memory.putLongRelease(SEQUENCE, next);
    sequence = next;
  }

  private long readOnce() {
    long before = memory.getLongVolatile(SEQUENCE);
    while (before != seen) {
      if ((before & 1) == 0) {
        memory.getBytes(VALUE, copy, 0, length);
        VarHandle.acquireFence();
        seen = before;
      }
      before = memory.getLongVolatile(SEQUENCE);
    }
    return copy.getLong(0);
  }

  @Override
  public void close() {
    file.close();
  }
}
