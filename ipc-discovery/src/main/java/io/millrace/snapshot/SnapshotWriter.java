package io.millrace.snapshot;

import io.millrace.os.Credentials;
import io.millrace.os.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one writer of a snapshot file. No second one can be opened, in any process, while this one
 * lives; when it is killed the next one goes on from the last value that was published.
 *
 * <p>Used by one thread at a time. Once the buffers have room for values of a length, a write makes
 * no system call (one if somebody sleeps in {@link SnapshotReader#awaitNewer}) and allocates
 * nothing.
 */
public final class SnapshotWriter implements AutoCloseable {
  private static final long SHORTEST_PAUSE_NANOS = 20_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private final SnapshotFile file;
  private final Mapping mapping;
  private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
  private final WriteResult result = new WriteResult();
  private final ValueBuffers buffers;
  private final BufferChooser chooser;
  private final long maximumLength;
  private final boolean wakeAlways;
  private final long currentAddress;
  private final long wakeAddress;
  private long current;
  private int next;
  private boolean dropped;
  private boolean closed;

  /** Takes over a file whose writer lock is held through it. */
  SnapshotWriter(SnapshotFile file) {
    Geometry geometry = file.geometry();
    this.file = file;
    mapping = Mapping.of(file.descriptor(), 0, geometry.fileLength(), true);
    header.wrap(mapping.address(), geometry.headerLength());
    buffers = new ValueBuffers(mapping.address(), geometry);
    chooser = new BufferChooser(mapping.address(), geometry.readers(), geometry.buffers());
    maximumLength = geometry.maximumLength();
    wakeAlways = geometry.wakeAlways();
    currentAddress = mapping.address() + SnapshotLayout.CURRENT_OFFSET;
    wakeAddress = mapping.address() + SnapshotLayout.WAKE_REQUESTED_OFFSET;
    current = header.getLongVolatile(SnapshotLayout.CURRENT_OFFSET);
    try {
      checkCurrent(geometry);
    } catch (RuntimeException | Error failure) {
      mapping.close();
      throw failure;
    }
    header.putIntVolatile(SnapshotLayout.WRITER_PID_OFFSET, Credentials.pid());
  }

  private void checkCurrent(Geometry geometry) {
    if (current == SnapshotLayout.NONE) {
      return;
    }
    int buffer = SnapshotLayout.buffer(current);
    if (current < SnapshotLayout.NONE || buffer >= geometry.buffers()) {
      throw new SnapshotException.Damaged(file.path(), "its current word is " + current);
    }
    buffers.moveTo(buffer);
    if (buffers.version() != SnapshotLayout.version(current)) {
      throw new SnapshotException.Damaged(
          file.path(), "buffer " + buffer + " does not hold the version that it should");
    }
  }

  /**
   * Publishes bytes as the new value.
   *
   * @param source where they are
   * @param offset where they start
   * @param length how many
   * @param grace how long to wait for a reader that holds the buffer that is needed; never used if
   *     the file has {@link SnapshotConfig#buffers()} for all readers and two more
   * @return what was done, valid until the next write
   * @throws SnapshotException.SlowReader if a live reader held the buffer for longer
   * @throws SnapshotException.TooLong if the file was made for shorter values
   * @throws SnapshotException.NoSpace if the file system is full
   * @throws IllegalStateException if the writer is closed
   */
  public WriteResult write(DirectBuffer source, int offset, int length, Duration grace) {
    Objects.checkFromIndexSize(offset, length, source.capacity());
    begin(length, grace);
    buffers.fill(source, offset, length);
    Step.VALUE_WRITTEN.reached();
    return publish(length);
  }

  /**
   * Publishes bytes as the new value.
   *
   * @param bytes the value
   * @param grace as above
   * @return what was done, valid until the next write
   * @see #write(DirectBuffer, int, int, Duration)
   */
  public WriteResult write(byte[] bytes, Duration grace) {
    begin(bytes.length, grace);
    buffers.fill(bytes);
    Step.VALUE_WRITTEN.reached();
    return publish(bytes.length);
  }

  /**
   * Encodes an entity straight into the file and publishes it as the new value. If the codec
   * throws, nothing is published.
   *
   * @param entity the value
   * @param codec writes it
   * @param grace as above
   * @param <T> the entity
   * @return what was done, valid until the next write
   * @throws IllegalArgumentException if the codec claims to have written more than it may
   * @see #write(DirectBuffer, int, int, Duration)
   */
  public <T> WriteResult write(T entity, SnapshotCodec<T> codec, Duration grace) {
    int limit = codec.maximumLength(entity);
    begin(limit, grace);
    buffers.show(value, limit);
    int length = codec.encode(entity, value, 0);
    if (length < 0 || length > limit) {
      throw new IllegalArgumentException(
          "the codec wrote " + length + " bytes and had announced " + limit + " at most");
    }
    Step.VALUE_WRITTEN.reached();
    return publish(length);
  }

  /** Moves to a buffer that nobody reads and that has room for a value. */
  private void begin(long length, Duration grace) {
    if (closed) {
      throw new IllegalStateException("the writer of " + file.path() + " is closed");
    }
    if (length < 0 || length > maximumLength) {
      throw new SnapshotException.TooLong(file.path(), length, maximumLength);
    }
    dropped = false;
    long room = length + SnapshotLayout.VALUE;
    int buffer = chooser.choose(current, room);
    if (buffer == BufferChooser.NO_BUFFER) {
      buffer = makeFree(room, grace);
    }
    Step.BUFFER_CHOSEN.reached();
    if (chooser.reserved(buffer) < room) {
      long blocks = SnapshotLayout.toBlocks(room);
      file.reserve(buffer, blocks);
      chooser.reserved(buffer, blocks);
    }
    Step.SPACE_RESERVED.reached();
    buffers.moveTo(buffer);
    buffers.invalidate();
    Step.VALUE_INVALIDATED.reached();
    next = buffer;
  }

  private WriteResult publish(int length) {
    long version = SnapshotLayout.version(current) + 1;
    buffers.complete(version, length);
    Step.VALUE_COMPLETE.reached();
    current = SnapshotLayout.word(version, next);
    UnsafeApi.putLongVolatile(null, currentAddress, current);
    Step.PUBLISHED.reached();
    if (wakeAlways || UnsafeApi.getIntVolatile(null, wakeAddress) != 0) {
      wake();
    }
    return result.set(length, version, dropped);
  }

  /**
   * Wakes everyone who sleeps. The request is cleared first: one that comes after that stays, and
   * one that came before is answered. Killed in between, the kernel closes the file, which wakes
   * them as well.
   */
  private void wake() {
    header.putIntVolatile(SnapshotLayout.WAKE_REQUESTED_OFFSET, 0);
    Step.WAKE_CLEARED.reached();
    file.wakeWatchers();
  }

  /** Every buffer is held: takes those of the dead, waits for the living. */
  private int makeFree(long room, Duration grace) {
    long deadline = Deadline.after(grace);
    long pause = SHORTEST_PAUSE_NANOS;
    while (true) {
      dropped |=
          chooser.dropDead(
              current, slot -> !file.isLockedByAnother(SnapshotLayout.slotOffset(slot)));
      int buffer = chooser.choose(current, room);
      if (buffer != BufferChooser.NO_BUFFER) {
        return buffer;
      }
      if (deadline - System.nanoTime() <= 0) {
        checkSlowReader(grace);
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  /** Blames one of the readers in the way; returns if the last of them has just left. */
  private void checkSlowReader(Duration grace) {
    int slot = chooser.slotInTheWay(current);
    if (slot != BufferChooser.NO_SLOT) {
      throw new SnapshotException.SlowReader(
          file.path(),
          header.getIntVolatile(SnapshotLayout.slotPidOffset(slot)),
          SnapshotLayout.version(header.getLongVolatile(SnapshotLayout.slotOffset(slot))),
          grace,
          file.geometry().readers() + 2);
    }
  }

  /**
   * The version of the latest value.
   *
   * @return the version, 0 if nothing was written yet
   */
  public long version() {
    return SnapshotLayout.version(current);
  }

  /**
   * Looks whether the path still leads to the file that this writer writes. It makes one system
   * call.
   *
   * @return true if the file was removed or replaced: new readers do not see what is written here
   */
  public boolean isReplaced() {
    return file.isReplaced();
  }

  /**
   * Where the file is.
   *
   * @return its path
   */
  public Path path() {
    return file.path();
  }

  /** Lets the next writer in. The value stays. Closing twice is no error. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      value.wrap(0, 0);
      mapping.close();
      file.close();
    }
  }
}
