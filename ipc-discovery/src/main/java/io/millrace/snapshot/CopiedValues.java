package io.millrace.snapshot;

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
  private byte[] room = new byte[0];

  /** Shows one array as long as it lives: a thread that still has it never sees half of two. */
  private UnsafeBuffer copy = new UnsafeBuffer(room);

  private long checksum;

  CopiedValues(SnapshotFile file, UnsafeBuffer header, ValueBuffers buffers) {
    this.file = file;
    this.header = header;
    this.buffers = buffers;
  }

  @Override
  public long take(long seen) {
    long word = seen;
    while (word > SnapshotLayout.NONE) {
      String fault = tryCopy(word);
      if (fault == null) {
        return word;
      }
      long current = SnapshotWords.current(header.addressOffset());
      if (current == word) {
        // The writer does not touch the current buffer, and no word is ever current again.
        throw new DamagedSnapshotException(file.path(), fault);
      }
      word = current;
      Thread.onSpinWait();
    }
    return word;
  }

  /** Returns {@code null}, or what was wrong: damage if the word is still current, else a race. */
  String tryCopy(long word) {
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
    copy.wrap(room, 0, (int) length);
    copy.putBytes(0, original, 0, (int) length);
    // The copy is complete before the second look at the version (snapshot-copy.wm).
    VarHandle.acquireFence();
    if (buffers.version() != version) {
      return "buffer " + buffer + " changed while it was current";
    }
    if (WyHash.of(room, copy.addressOffset(), (int) length, version) != checksum) {
      return "the checksum of version " + version + " is wrong";
    }
    return null;
  }

  @Override
  public UnsafeBuffer view() {
    return copy;
  }

  private void makeRoom(int length) {
    if (room.length < length) {
      long doubled = Math.min(Math.max(SMALLEST, 2L * length), SnapshotLayout.MAX_VALUE_LENGTH);
      room = new byte[(int) doubled];
      copy = new UnsafeBuffer(room);
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
