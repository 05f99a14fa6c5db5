package io.millrace.snapshot;

import io.millrace.ClosedException;
import io.millrace.os.Closing;
import io.millrace.os.Credentials;
import io.millrace.os.LifeCycle;
import io.millrace.os.Mapping;
import io.millrace.os.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one writer of a snapshot file. No second one can be opened, in any process, while this one
 * lives; when it is killed the next one goes on from the last value that was published.
 *
 * <p>Used by one thread at a time; threads may take turns. A thread that writes while another one
 * is writing gets a {@link io.millrace.ForeignThreadException}. Any thread may close it at any
 * time; a thread that writes later gets a {@link ClosedException}, and a write that is under way is
 * completed, or gives up where it would have to wait. What a write calls back (a codec, a source of
 * bytes) cannot write with this writer, or close it.
 *
 * <p>Once the buffers have room for values of a length, a write makes no system call (one if
 * somebody sleeps in {@link SnapshotReader#awaitNewer}) and allocates nothing.
 */
public final class SnapshotWriter implements AutoCloseable {
  private final SnapshotFile file;
  private final Mapping mapping;
  private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
  private final WriteResult result = new WriteResult();
  private final ValueBuffers buffers;
  private final BufferChooser chooser;
  private final long maximumLength;
  private final boolean wakeAlways;
  private final long headerAddress;
  private long current;
  private int next;
  private boolean dropped;
  private final LifeCycle life;

  /** Takes over a file whose writer lock is held through it. */
  SnapshotWriter(SnapshotFile file) {
    Geometry geometry = file.geometry();
    this.file = file;
    mapping = Mapping.of(file.descriptor(), 0, geometry.fileLength(), true);
    header.wrap(mapping.address(), geometry.headerLength());
    buffers = ValueBuffers.of(mapping, geometry);
    chooser = new BufferChooser(mapping.address(), geometry.readers(), geometry.buffers());
    maximumLength = geometry.maximumLength();
    wakeAlways = geometry.wakeAlways();
    headerAddress = mapping.address();
    current = SnapshotWords.current(headerAddress);
    try {
      checkCurrent(geometry);
    } catch (RuntimeException | Error failure) {
      mapping.close();
      throw failure;
    }
    header.putIntVolatile(SnapshotLayout.WRITER_PID_OFFSET, Credentials.pid());
    life = LifeCycle.inTurns("the writer of " + file.path(), () -> Closing.closeAll(mapping, file));
  }

  private void checkCurrent(Geometry geometry) {
    if (current == SnapshotLayout.NONE) {
      return;
    }
    int buffer = SnapshotLayout.buffer(current);
    if (current < SnapshotLayout.NONE || buffer >= geometry.buffers()) {
      throw new DamagedSnapshotException(file.path(), "its current word is " + current);
    }
    buffers.moveTo(buffer);
    if (buffers.version() != SnapshotLayout.version(current)) {
      throw new DamagedSnapshotException(
          file.path(), "buffer " + buffer + " does not hold the version that it should");
    }
  }

  /**
   * Publishes bytes as the new value.
   *
   * @param source where they are
   * @param offset where they start
   * @param length how many
   * @param grace how long to wait for a reader that holds the buffer that is needed, zero or less
   *     not at all, {@code ChronoUnit.FOREVER} for ever; never used if the file has {@link
   *     SnapshotOptions#buffers()} for all readers and two more. An interrupt ends it, and stays
   *     set
   * @return what was done, valid until the next write
   * @throws SnapshotException.SlowReader if a live reader held the buffer for longer, or this
   *     thread was interrupted while it did
   * @throws SnapshotException.TooLong if the file was made for shorter values
   * @throws SnapshotException.NoSpace if the file system is full
   * @throws ClosedException if the writer is closed, now or while it waits for a reader
   * @throws IllegalStateException if this is called by what another write has called
   */
  public WriteResult write(DirectBuffer source, int offset, int length, Duration grace) {
    enter();
    try {
      Objects.checkFromIndexSize(offset, length, source.capacity());
      begin(length, grace);
      buffers.fill(source, offset, length);
      Step.VALUE_WRITTEN.reached();
      return publish(length);
    } finally {
      life.exit();
    }
  }

  /**
   * Publishes bytes as the new value.
   *
   * @param bytes the value
   * @param grace how long to wait for a reader that holds the buffer that is needed, as for {@link
   *     #write(DirectBuffer, int, int, Duration)}
   * @return what was done, valid until the next write
   * @throws SnapshotException.SlowReader if a live reader held the buffer for longer, or this
   *     thread was interrupted while it did
   * @throws SnapshotException.TooLong if the file was made for shorter values
   * @throws SnapshotException.NoSpace if the file system is full
   * @throws ClosedException if the writer is closed, now or while it waits for a reader
   * @throws IllegalStateException if this is called by what another write has called
   */
  public WriteResult write(byte[] bytes, Duration grace) {
    enter();
    try {
      begin(bytes.length, grace);
      buffers.fill(bytes);
      Step.VALUE_WRITTEN.reached();
      return publish(bytes.length);
    } finally {
      life.exit();
    }
  }

  /**
   * Encodes an entity straight into the file and publishes it as the new value. If the codec
   * throws, nothing is published. The view that it gets shows nothing once it has returned.
   *
   * @param entity the value
   * @param codec writes it
   * @param grace how long to wait for a reader that holds the buffer that is needed, as for {@link
   *     #write(DirectBuffer, int, int, Duration)}
   * @param <T> the entity
   * @return what was done, valid until the next write
   * @throws IllegalArgumentException if the codec claims to have written more than it may
   * @throws SnapshotException.SlowReader if a live reader held the buffer for longer, or this
   *     thread was interrupted while it did
   * @throws SnapshotException.TooLong if the file was made for shorter values
   * @throws SnapshotException.NoSpace if the file system is full
   * @throws ClosedException if the writer is closed, now or while it waits for a reader
   * @throws IllegalStateException if this is called by what another write has called
   */
  public <T> WriteResult write(T entity, SnapshotCodec<T> codec, Duration grace) {
    enter();
    try {
      int limit = codec.maximumLength(entity);
      begin(limit, grace);
      int length = encode(entity, codec, limit);
      Step.VALUE_WRITTEN.reached();
      return publish(length);
    } finally {
      life.exit();
    }
  }

  private <T> int encode(T entity, SnapshotCodec<T> codec, int limit) {
    buffers.show(value, limit);
    try {
      int length = codec.encode(entity, value, 0);
      if (length < 0 || length > limit) {
        throw new IllegalArgumentException(
            "the codec wrote " + length + " bytes and had announced " + limit + " at most");
      }
      return length;
    } finally {
      buffers.show(value, 0); // A codec that keeps it does not change what was published.
    }
  }

  /** Goes in to write, which what it calls back may not do. */
  private void enter() {
    life.enter();
    if (life.isNested()) {
      refuseUnlessOver();
    }
  }

  /** The other write may be one that an exhausted stack kept from saying that it ended. */
  private void refuseUnlessOver() {
    life.exit();
    if (life.isInCallOf(SnapshotWriter.class)) {
      throw new IllegalStateException(
          "a codec cannot write with the writer of "
              + file.path()
              + " that is calling it: write behind the write, or encode all of it as one value");
    }
    life.enter();
  }

  /** Moves to a buffer that nobody reads and that has room for a value. */
  private void begin(long length, Duration grace) {
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
    long word = SnapshotLayout.word(version, next);
    // In the file first: an exhausted stack lets the store fail, but not what follows it.
    SnapshotWords.publish(headerAddress, word);
    current = word;
    Step.PUBLISHED.reached();
    if (wakeAlways || SnapshotWords.isWakeRequested(headerAddress)) {
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
    SnapshotWords.clearWakeRequest(headerAddress);
    Step.WAKE_CLEARED.reached();
    file.wakeWatchers();
  }

  /** Every buffer is held: takes those of the dead, waits for the living. */
  private int makeFree(long room, Duration grace) {
    Patience patience = Patience.of(grace);
    while (true) {
      dropped |=
          chooser.dropDead(
              current, slot -> !file.isLockedByAnother(SnapshotLayout.slotOffset(slot)));
      int buffer = chooser.choose(current, room);
      if (buffer != BufferChooser.NO_BUFFER) {
        return buffer;
      }
      life.requireOpen(); // Nobody waits with a writer that is closed.
      boolean interrupted = Thread.currentThread().isInterrupted();
      if (interrupted || !patience.pause()) {
        checkSlowReader(
            interrupted
                ? ", and this thread was interrupted while it waited for it"
                : " for longer than the "
                    + (grace.isNegative() ? 0 : grace.toMillis())
                    + " ms of grace");
      }
    }
  }

  /** Blames one of the readers in the way; returns if the last of them has just left. */
  private void checkSlowReader(String howLong) {
    int slot = chooser.slotInTheWay(current);
    if (slot != BufferChooser.NO_SLOT) {
      throw new SnapshotException.SlowReader(
          file.path(),
          header.getIntVolatile(SnapshotLayout.slotPidOffset(slot)),
          SnapshotLayout.version(header.getLongVolatile(SnapshotLayout.slotOffset(slot))),
          howLong,
          file.geometry().readers() + 2);
    }
  }

  /**
   * The version of the latest value. Any thread may ask, even when the writer is closed; those that
   * do not write see it a little later.
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

  /**
   * Lets the next writer in, as soon as a write that another thread is making is done. The value
   * stays. Any thread may close, and this never waits. Closing twice is no error.
   *
   * @throws IllegalStateException if a codec closes the writer that is calling it
   */
  @Override
  public void close() {
    if (life.isInCallOf(SnapshotWriter.class) && !life.isClosed()) {
      throw new IllegalStateException(
          "a codec cannot close the writer of "
              + file.path()
              + " that is calling it: close it behind the write");
    }
    if (life.close()) {
      life.exitAsGuest();
    }
  }
}
