package io.millrace.snapshot;

import io.millrace.os.Mapping;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Values copied out of a file that this process may not write to, so that it cannot pin: copy, then
 * look whether the buffer still holds the version that it held before. It starts over when the
 * writer was faster.
 */
final class CopiedValues implements ValueSource {
  private static final int SMALLEST = 4096;

  private final SnapshotFile file;
  private final UnsafeBuffer header;
  private final ValueBuffers buffers;
  private final UnsafeBuffer original = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer copy = new UnsafeBuffer(0, 0);
  private byte[] room = new byte[0];
  private long checksum;

  CopiedValues(SnapshotFile file, UnsafeBuffer header, Mapping mapping) {
    this.file = file;
    this.header = header;
    this.buffers = new ValueBuffers(mapping.address(), file.geometry());
  }

  @Override
  public long take(long seen, Snapshot snapshot) {
    long word = seen;
    while (word > SnapshotLayout.NONE) {
      String fault = tryCopy(word, snapshot);
      if (fault == null) {
        return word;
      }
      long current = header.getLongVolatile(SnapshotLayout.CURRENT_OFFSET);
      if (current == word) {
        // The writer does not touch the current buffer, and no word is ever current again.
        throw new SnapshotException.Damaged(file.path(), fault);
      }
      word = current;
      Thread.onSpinWait();
    }
    return word;
  }

  /** Returns {@code null}, or what was wrong: damage if the word is still current, else a race. */
  private String tryCopy(long word, Snapshot snapshot) {
    int buffer = SnapshotLayout.buffer(word);
    if (buffer >= buffers.count()) {
      return "it names buffer " + buffer;
    }
    buffers.moveTo(buffer);
    long version = SnapshotLayout.version(word);
    if (buffers.version() != version) {
      return "buffer " + buffer + " does not hold the version that it should";
    }
    long length = buffers.length();
    checksum = buffers.checksum();
    if (!buffers.isPossible(length)) {
      return "buffer " + buffer + " has an impossible length";
    }
    makeRoom((int) length);
    buffers.show(original, (int) length);
    copy.putBytes(0, original, 0, (int) length);
    // The copy is complete before the second look at the version.
    VarHandle.acquireFence();
    if (buffers.version() != version) {
      return "buffer " + buffer + " changed while it was current";
    }
    if (WyHash.of(room, copy.addressOffset(), (int) length, version) != checksum) {
      return "the checksum of version " + version + " is wrong";
    }
    snapshot.view.wrap(room, 0, (int) length);
    return null;
  }

  private void makeRoom(int length) {
    if (room.length < length) {
      long doubled = Math.min(Math.max(SMALLEST, 2L * length), SnapshotLayout.MAX_VALUE_LENGTH);
      room = new byte[(int) doubled];
      copy.wrap(room);
    }
  }

  @Override
  public long checksum() {
    return checksum;
  }

  @Override
  public void release() {
    // Nothing is held.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
