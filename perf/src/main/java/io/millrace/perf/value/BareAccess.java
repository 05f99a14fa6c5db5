package io.millrace.perf.value;

import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The accesses that a snapshot cannot do without, alone: no value could be read or written by them,
 * but none can be had for less.
 */
final class BareAccess implements ValueAccess {
  private static final int WORD = 128;
  private static final int VALUE = 1024;
  private static final int PAGE = 4096;

  private final MappedFile file;
  private final UnsafeBuffer memory;
  private final UnsafeBuffer source;

  BareAccess(Path directory, int size) throws IOException {
    file = MappedFile.create(directory.resolve("bare"), PAGE + size);
    memory = file.buffer();
    source = new UnsafeBuffer(new byte[size]);
  }

  @Override
  public Timed timed(Operation operation) {
    return switch (operation) {
      case READ_UNCHANGED -> Timed.only(this::load);
      case READ_CHANGED -> Timed.only(this::incrementTwice);
      case WRITE -> Timed.only(this::copyAndStore);
      case READ_PINNING -> throw new IllegalArgumentException("there is nothing to pin");
    };
  }

  private long load(int times) {
    UnsafeBuffer from = memory;
    long sum = 0;
    for (int i = 0; i < times; i++) {
      sum += from.getLongVolatile(WORD);
    }
    return sum;
  }

  private long incrementTwice(int times) {
    UnsafeBuffer to = memory;
    long sum = 0;
    for (int i = 0; i < times; i++) {
      sum += to.getAndAddLong(WORD, 1);
      sum += to.getAndAddLong(WORD, 1);
    }
    return sum;
  }

  private long copyAndStore(int times) {
    UnsafeBuffer to = memory;
    UnsafeBuffer from = source;
    int length = from.capacity();
    for (int i = 0; i < times; i++) {
      to.putBytes(VALUE, from, 0, length);
      to.putLongVolatile(WORD, i);
    }
    return to.getLong(WORD);
  }

  @Override
  public void close() {
    file.close();
  }
}
