package io.millrace.snapshot;

import io.millrace.ClosedException;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import io.millrace.os.Mapping;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the latest value of one snapshot file.
 *
 * <p>Used by one thread at a time; threads and processes that read at once open one reader each.
 * Threads may take turns. Any thread may close it at any time; a thread that uses it then or later
 * gets a {@link ClosedException}, even out of a wait. Threads that use it at once by mistake get an
 * {@link IllegalStateException} or each other's values, and break nothing.
 *
 * <p>Reading makes no system call and allocates nothing. A reader that may write to the file reads
 * in place and is wait-free; one that may not copies the value, checks the copy, and copies again
 * if the writer was faster.
 */
public final class SnapshotReader implements AutoCloseable {
  /** What a closed reader looks at in place of the file's header. */
  private static final long CLOSED_HEADER = closedWord() - SnapshotLayout.CURRENT_OFFSET;

  private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
  private final SnapshotFile file;
  private final Mapping headerMapping;
  private final Mapping mapping;
  private final ValueSource source;
  private final Snapshot snapshot;
  private final LifeCycle life;

  /** Read by the thread that closes, to wake the one that sleeps. */
  private volatile ChangeWatch watch;

  /** The thread that read last, and has the guard if it is open. */
  private Thread reading;

  /** Where the header is. Its current word can be read also when nothing is mapped any more. */
  private long headerAddress;

  private long lastVersion;
  private boolean validated;

  SnapshotReader(SnapshotFile file) {
    this.file = file;
    Geometry geometry = file.geometry();
    boolean pins = file.isWritable();
    // The values are mapped read-only: a reader gone wrong cannot write into what others read.
    mapping = Mapping.of(file.descriptor(), 0, geometry.fileLength(), false);
    Mapping writable = null;
    try {
      writable = Mapping.of(file.descriptor(), 0, geometry.headerLength(), pins);
      // Looked at without going in: so it leads to memory as long as this object can be reached.
      header.wrap(writable.buffer(0, geometry.headerLength()));
      headerAddress = writable.address();
      source =
          pins
              ? PinnedValues.join(file, header, mapping)
              : new CopiedValues(file, header, ValueBuffers.of(mapping, geometry));
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, writable, mapping);
      throw failure;
    }
    headerMapping = writable;
    life = LifeCycle.inTurns("the reader of " + file.path(), this::isHeld, this::release);
    snapshot = new Snapshot(this, !pins || geometry.isWaitFree());
  }

  /**
   * Opens the latest value. The bytes are whole whatever the writer does; that they are the bytes
   * that were written is trusted, not checked (see {@link #readValidated()}).
   *
   * @return the guard, to be closed before the next read
   * @throws SnapshotException.NothingWritten if there is no value yet
   * @throws SnapshotException.Replaced if the file was removed by {@link Synchronizer#remove()}
   * @throws DamagedSnapshotException if the file contradicts itself
   * @throws IllegalStateException if the guard of the last read is open
   * @throws ClosedException if the reader is closed
   */
  public Snapshot read() {
    if (reading != Thread.currentThread() || !snapshot.reopen()) {
      readOther();
    }
    return snapshot;
  }

  /**
   * Opens the latest value and verifies its checksum, once for each version: the bytes are those
   * that were written, whatever happened to the file meanwhile.
   *
   * @return the guard, to be closed before the next read
   * @throws DamagedSnapshotException if the checksum is wrong, and all that {@link #read()} throws
   */
  public Snapshot readValidated() {
    Snapshot held = read();
    if (!validated) {
      try {
        validate(held.version());
      } catch (RuntimeException | Error failure) {
        held.close();
        throw failure;
      }
    }
    return held;
  }

  private void validate(long version) {
    UnsafeBuffer view = source.view();
    if (WyHash.of(view.byteArray(), view.addressOffset(), view.capacity(), version)
        != source.checksum()) {
      throw new DamagedSnapshotException(
          file.path(), "the checksum of version " + version + " is wrong");
    }
    validated = true;
  }

  long current() {
    long current = SnapshotWords.current(headerAddress);
    Reference.reachabilityFence(this); // The memory goes with it.
    return current;
  }

  private void readOther() {
    life.enter();
    try {
      if (snapshot.isOpen()) {
        throw new IllegalStateException("the last read of " + file.path() + " is not closed");
      }
      reading = Thread.currentThread();
      take(wordOfValue(current()));
    } finally {
      life.exit();
    }
  }

  private void take(long seen) {
    // Whatever happens now, the value that was held is not held any more.
    snapshot.forget();
    long word = wordOfValue(source.take(seen));
    long version = SnapshotLayout.version(word);
    boolean switched = version != lastVersion;
    validated = !switched && validated;
    snapshot.open(source.view(), word, switched);
    lastVersion = version; // Behind what an exhausted stack lets fail, or the next is no switch.
  }

  private long wordOfValue(long word) {
    if (word == SnapshotLayout.NONE) {
      throw new SnapshotException.NothingWritten(file.path());
    }
    return checkUsable(word);
  }

  private long checkUsable(long word) {
    if (word == SnapshotLayout.CLOSED) {
      life.requireOpen();
    }
    if (word == SnapshotLayout.RETIRED) {
      throw new SnapshotException.Replaced(file.path());
    }
    if (word < SnapshotLayout.NONE) {
      throw new DamagedSnapshotException(file.path(), "its current word is " + word);
    }
    return word;
  }

  /**
   * The guard was closed, and the file has too few buffers to keep one while nobody reads, or the
   * reader was closed meanwhile.
   */
  void letGo() {
    try {
      life.enter();
    } catch (ClosedException last) {
      return; // All that was held was given back, or is when the last one goes out.
    }
    try {
      if (snapshot.forget()) {
        snapshot.hide();
        source.release();
      }
    } finally {
      life.exit();
    }
  }

  /**
   * The version of the latest value; nothing is taken or held.
   *
   * @return the version, 0 if nothing was written yet
   * @throws SnapshotException.Replaced if the file was removed by {@link Synchronizer#remove()}
   * @throws ClosedException if the reader is closed
   * @throws DamagedSnapshotException if the file contradicts itself
   */
  public long version() {
    long word = current();
    return SnapshotLayout.version(word > SnapshotLayout.NONE ? word : checkUsable(word));
  }

  /**
   * Sleeps until there is a newer value. Nothing is polled; a writer that dies after publishing
   * still wakes those who wait. An interrupt ends the wait, as if the time were over, and stays
   * set; {@link #close()} by another thread ends it with an exception. A virtual thread leaves its
   * carrier to others while it sleeps.
   *
   * @param version the version that is old, 0 to wait for the first value
   * @param timeout how long to wait at most; zero or less only looks, {@code ChronoUnit.FOREVER}
   *     waits for ever
   * @return true if the latest version is higher, false if the time is over or the thread is
   *     interrupted
   * @throws SnapshotException.Replaced if the path leads to another file or to none, now or while
   *     waiting
   * @throws SnapshotException.ReadOnly if this process may not write to the file and it was not
   *     made with {@link SnapshotOptions#wakingReadOnlyReaders()}
   * @throws ClosedException if the reader is closed, now or while waiting
   * @throws DamagedSnapshotException if the file contradicts itself
   */
  public boolean awaitNewer(long version, Duration timeout) {
    return awaitNewer(version, Deadline.after(timeout));
  }

  boolean awaitNewer(long version, long deadline) {
    life.enter();
    try {
      return version() > version || sleepUntilNewer(version, deadline);
    } finally {
      life.exit();
    }
  }

  private boolean sleepUntilNewer(long version, long deadline) {
    if (!file.isWritable() && !file.geometry().wakeAlways()) {
      throw new SnapshotException.ReadOnly(file.path(), "waiting for the next version");
    }
    if (watch == null) {
      watch = ChangeWatch.of(file.descriptor());
      checkNotReplaced();
    }
    while (true) {
      if (watch.clear()) {
        checkNotReplaced();
      }
      // Ask first and look then; the writer publishes first and looks for the request then.
      if (file.isWritable()) {
        SnapshotWords.requestWake(header.addressOffset());
      }
      // A close marks it closed first, which is seen here, and wakes then.
      if (version() > version) {
        return true;
      }
      if (!watch.sleep(deadline)) {
        return false;
      }
    }
  }

  private void checkNotReplaced() {
    if (file.isReplaced()) {
      throw new SnapshotException.Replaced(file.path());
    }
  }

  /**
   * Looks whether the path still leads to the file that this reader has open. It makes one system
   * call; {@link #read()} makes none and cannot notice it.
   *
   * @return true if the file was removed or replaced: the value will not change any more
   * @throws ClosedException if the reader is closed
   * @throws DamagedSnapshotException if the file contradicts itself
   */
  public boolean isReplaced() {
    long word = current();
    if (word == SnapshotLayout.RETIRED) {
      return true;
    }
    checkUsable(word);
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
   * Tells how this reader reads.
   *
   * @return true if it may not write to the file, and therefore copies
   */
  public boolean isCopying() {
    return !file.isWritable();
  }

  /**
   * Gives the slot and all memory back. A guard that this thread has open is closed. If another
   * thread is inside, or has the guard open, that happens when it leaves or closes the guard; if it
   * waits, its wait ends. Any thread may close, and this never waits. Closing twice is no error.
   */
  @Override
  public void close() {
    life.isInCallOf(SnapshotReader.class); // It forgets what an exhausted stack has left.
    if (reading == Thread.currentThread()) {
      snapshot.forget();
      snapshot.hide();
    }
    if (life.close()) {
      snapshot.beTheLast();
      headerAddress = CLOSED_HEADER;
      Closing.closeAll(this::wake, life::exitAsGuest);
    } else {
      life.releaseIfUnused();
    }
  }

  private void wake() {
    ChangeWatch waiting = watch;
    if (waiting != null) {
      waiting.wake();
    }
  }

  /** Whether a thread has the guard open, and can still close it. */
  private boolean isHeld() {
    return snapshot.isOpen() && reading.isAlive();
  }

  /** Once, by the last one out. The view is its reader's: it may be looking at it. */
  private void release() {
    Closing.closeAll(source, headerMapping, mapping, watch, file);
  }

  /** One word for the whole process, never given back. */
  private static long closedWord() {
    long address = UnsafeApi.allocateMemory(Long.BYTES);
    UnsafeApi.putLong(null, address, SnapshotLayout.CLOSED);
    return address;
  }
}
