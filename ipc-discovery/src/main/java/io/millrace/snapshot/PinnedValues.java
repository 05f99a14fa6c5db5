package io.millrace.snapshot;

import io.millrace.os.Credentials;
import io.millrace.os.Mapping;
import org.agrona.concurrent.UnsafeBuffer;

/** Values read in place, each under a pin in the slot that this reader owns. */
final class PinnedValues implements ValueSource {
  private final SnapshotFile file;
  private final ValueBuffers buffers;
  private final Pin pin;
  private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

  private PinnedValues(SnapshotFile file, ValueBuffers buffers, Pin pin) {
    this.file = file;
    this.buffers = buffers;
    this.pin = pin;
  }

  /** Takes a slot; the header must be mapped writable, the values need not. */
  static PinnedValues join(SnapshotFile file, UnsafeBuffer header, Mapping mapping) {
    int slots = file.geometry().readers();
    for (int slot = 0; slot < slots; slot++) {
      if (file.tryLock(SnapshotLayout.slotOffset(slot))) {
        Step.SLOT_LOCKED.reached();
        Pin pin = new Pin(header.addressOffset(), slot);
        // The last owner may have died with a pin.
        pin.release();
        header.putIntVolatile(SnapshotLayout.slotPidOffset(slot), Credentials.pid());
        raiseLimit(header, slot + 1);
        return new PinnedValues(file, ValueBuffers.of(mapping, file.geometry()), pin);
      }
    }
    throw new SnapshotException.TooManyReaders(file.path(), slots);
  }

  /**
   * Before the first pin: the writer looks at the slots below the limit only ({@code
   * snapshot-limit.wm}).
   */
  private static void raiseLimit(UnsafeBuffer header, int limit) {
    int seen = header.getIntVolatile(SnapshotLayout.SLOT_LIMIT_OFFSET);
    while (seen < limit
        && !header.compareAndSetInt(SnapshotLayout.SLOT_LIMIT_OFFSET, seen, limit)) {
      seen = header.getIntVolatile(SnapshotLayout.SLOT_LIMIT_OFFSET);
    }
  }

  @Override
  public long take(long seen) {
    long word = pin.take(seen);
    Step.PINNED.reached();
    if (word <= SnapshotLayout.NONE) {
      return word;
    }
    int buffer = SnapshotLayout.buffer(word);
    if (buffer >= buffers.count()) {
      throw damaged("it names buffer " + buffer);
    }
    buffers.moveTo(buffer);
    long length = buffers.length();
    if (buffers.version() != SnapshotLayout.version(word) || !buffers.isPossible(length)) {
      throw damaged("buffer " + buffer + " does not hold the version that it should");
    }
    buffers.show(view, (int) length);
    return word;
  }

  @Override
  public UnsafeBuffer view() {
    return view;
  }

  /** Nobody gets to see the value, so nobody would give it back. */
  private DamagedSnapshotException damaged(String how) {
    pin.release();
    return new DamagedSnapshotException(file.path(), how);
  }

  @Override
  public long checksum() {
    return buffers.checksum();
  }

  @Override
  public void release() {
    pin.release();
  }

  @Override
  public void close() {
    pin.release();
  }
}
