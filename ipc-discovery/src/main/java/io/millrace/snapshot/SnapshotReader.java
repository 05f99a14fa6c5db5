package io.millrace.snapshot;

import io.millrace.os.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the latest value of one snapshot file.
 *
 * <p>Used by one thread at a time; threads and processes that read at once open one reader each.
 * Reading makes no system call and allocates nothing. A reader that may write to the file reads in
 * place and is wait-free; one that may not copies the value, checks the copy, and copies again if
 * the writer was faster.
 */
public final class SnapshotReader implements AutoCloseable {
  /** What a closed reader looks at in place of the file: no look ever meets unmapped memory. */
  private static final long CLOSED_WORD = closedWord();

  private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
  private final SnapshotFile file;
  private final Mapping headerMapping;
  private final Mapping mapping;
  private final ValueSource source;
  private final Snapshot snapshot;
  private ChangeWatch watch;

  /** Where the current word is. */
  private long currentAddress;

  private long lastVersion;
  private boolean validated;
  private boolean closed;

  SnapshotReader(SnapshotFile file) {
    this.file = file;
    Geometry geometry = file.geometry();
    boolean pins = file.isWritable();
    // The values are mapped read-only: a reader gone wrong cannot write into what others read.
    mapping = Mapping.of(file.descriptor(), 0, geometry.fileLength(), false);
    Mapping writable = null;
    try {
      writable = Mapping.of(file.descriptor(), 0, geometry.headerLength(), pins);
      header.wrap(writable.address(), geometry.headerLength());
      currentAddress = writable.address() + SnapshotLayout.CURRENT_OFFSET;
      source =
          pins ? PinnedValues.join(file, header, mapping) : new CopiedValues(file, header, mapping);
    } catch (RuntimeException | Error failure) {
      mapping.close();
      if (writable != null) {
        writable.close();
      }
      throw failure;
    }
    headerMapping = writable;
    snapshot = new Snapshot(this, !pins || geometry.isWaitFree());
  }

  /**
   * Opens the latest value. The bytes are whole whatever the writer does; that they are the bytes
   * that were written is trusted (see {@link #readValidated()}).
   *
   * @return the guard, to be closed before the next read
   * @throws SnapshotException.NothingWritten if there is no value yet
   * @throws SnapshotException.Replaced if the file was removed by {@link Synchronizer#remove()}
   * @throws SnapshotException.Damaged if the file contradicts itself
   * @throws IllegalStateException if the guard of the last read is open, or the reader is closed
   */
  public Snapshot read() {
    long current = current();
    return snapshot.reopen(current) ? snapshot : readOther(current);
  }

  /**
   * Opens the latest value and verifies its checksum, once for each version: the bytes are those
   * that were written, whatever happened to the file meanwhile.
   *
   * @return the guard, to be closed before the next read
   * @throws SnapshotException.Damaged if the checksum is wrong, and all that {@link #read()} throws
   */
  public Snapshot readValidated() {
    Snapshot held = read();
    if (!validated) {
      long version = held.version();
      UnsafeBuffer view = held.view;
      if (WyHash.of(view.byteArray(), view.addressOffset(), view.capacity(), version)
          != source.checksum()) {
        held.close();
        throw new SnapshotException.Damaged(
            file.path(), "the checksum of version " + version + " is wrong");
      }
      validated = true;
    }
    return held;
  }

  private long current() {
    return UnsafeApi.getLongVolatile(null, currentAddress);
  }

  private Snapshot readOther(long current) {
    if (snapshot.isOpen()) {
      throw new IllegalStateException("the last read of " + file.path() + " is not closed");
    }
    long seen = wordOfValue(current);
    // Whatever happens now, the value that was held is not held any more.
    snapshot.forget();
    long word = wordOfValue(source.take(seen, snapshot));
    long version = SnapshotLayout.version(word);
    boolean switched = version != lastVersion;
    validated = !switched && validated;
    lastVersion = version;
    snapshot.open(word, switched);
    return snapshot;
  }

  private long wordOfValue(long word) {
    if (word == SnapshotLayout.NONE) {
      throw new SnapshotException.NothingWritten(file.path());
    }
    return checkUsable(word);
  }

  private long checkUsable(long word) {
    if (closed) {
      throw new IllegalStateException("the reader of " + file.path() + " is closed");
    }
    if (word == SnapshotLayout.RETIRED) {
      throw new SnapshotException.Replaced(file.path());
    }
    if (word < SnapshotLayout.NONE) {
      throw new SnapshotException.Damaged(file.path(), "its current word is " + word);
    }
    return word;
  }

  /** The guard was closed and the file has too few buffers to keep one while nobody reads. */
  void letGo() {
    if (snapshot.forget()) {
      snapshot.view.wrap(0, 0);
      source.release();
    }
  }

  /**
   * The version of the latest value; nothing is taken or held.
   *
   * @return the version, 0 if nothing was written yet
   * @throws SnapshotException.Replaced if the file was removed by {@link Synchronizer#remove()}
   * @throws IllegalStateException if the reader is closed
   */
  public long version() {
    long word = current();
    return SnapshotLayout.version(word > SnapshotLayout.NONE ? word : checkUsable(word));
  }

  /**
   * Sleeps until there is a newer value. Nothing is polled; a writer that dies after publishing
   * still wakes whoever waits.
   *
   * @param version the version that is old, 0 to wait for the first value
   * @param timeout how long to wait at most
   * @return true if the latest version is higher, false if the time is over
   * @throws SnapshotException.Replaced if the path leads to another file or to none, now or while
   *     waiting
   * @throws SnapshotException.ReadOnly if this process may not write to the file and it was not
   *     made with {@link SnapshotConfig#wakesReadOnlyReaders()}
   * @throws IllegalStateException if the reader is closed
   */
  public boolean awaitNewer(long version, Duration timeout) {
    if (version() > version) {
      return true;
    }
    if (!file.isWritable() && !file.geometry().wakeAlways()) {
      throw new SnapshotException.ReadOnly(file.path(), "waiting for the next version");
    }
    long deadline = Deadline.after(timeout);
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
        header.putIntVolatile(SnapshotLayout.WAKE_REQUESTED_OFFSET, 1);
      }
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
   * @throws IllegalStateException if the reader is closed
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

  /** Gives the slot and all memory back. An open guard is closed. Closing twice is no error. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      snapshot.forget();
      snapshot.view.wrap(0, 0);
      source.close();
      currentAddress = CLOSED_WORD;
      header.wrap(0, 0);
      headerMapping.close();
      mapping.close();
      if (watch != null) {
        watch.close();
      }
      file.close();
    }
  }

  /** One word for the whole process, never given back. */
  private static long closedWord() {
    long address = UnsafeApi.allocateMemory(Long.BYTES);
    UnsafeApi.putLong(null, address, SnapshotLayout.CLOSED);
    return address;
  }
}
