package io.millrace.snapshot;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A value that is being read, in place: the guard that {@link SnapshotReader#read()} hands out.
 * While it is open the value does not change.
 *
 * <p>A reader has one guard and hands it out again and again. Used by the reader's thread.
 */
public final class Snapshot implements AutoCloseable {
  final UnsafeBuffer view = new UnsafeBuffer(0, 0);
  private final SnapshotReader reader;

  /** The word whose buffer the view shows and the reader holds; NOTHING_HELD if it holds none. */
  long word = SnapshotLayout.NOTHING_HELD;

  boolean open;
  boolean switched;
  private final boolean keepsPin;

  Snapshot(SnapshotReader reader, boolean keepsPin) {
    this.reader = reader;
    this.keepsPin = keepsPin;
  }

  /**
   * The value's bytes.
   *
   * @return a view of exactly the value, valid until {@link #close()}
   * @throws IllegalStateException if the guard is closed
   */
  public DirectBuffer buffer() {
    checkOpen();
    return view;
  }

  /**
   * The value, decoded.
   *
   * @param codec how
   * @param <T> the entity
   * @return what the codec makes of it; a view is valid until {@link #close()}
   * @throws IllegalStateException if the guard is closed
   */
  public <T> T decode(SnapshotCodec<T> codec) {
    checkOpen();
    return codec.decode(view, 0, view.capacity());
  }

  /**
   * How long the value is.
   *
   * @return bytes
   * @throws IllegalStateException if the guard is closed
   */
  public int length() {
    checkOpen();
    return view.capacity();
  }

  /**
   * Which value it is.
   *
   * @return its version, from 1 on
   * @throws IllegalStateException if the guard is closed
   */
  public long version() {
    checkOpen();
    return SnapshotLayout.version(word);
  }

  /**
   * Tells whether this is another value than the one that the same reader read before. The first
   * value that a reader reads is always another one.
   *
   * @return true if the version has changed since this reader's last read
   * @throws IllegalStateException if the guard is closed
   */
  public boolean isSwitched() {
    checkOpen();
    return switched;
  }

  /**
   * Ends the reading. What {@link #buffer()} gave must not be used any more: it may show another
   * value or none, though never anything outside the file. Closing twice is no error.
   */
  @Override
  public void close() {
    open = false;
    if (!keepsPin) {
      reader.letGo();
    }
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException("this snapshot is closed; read again");
    }
  }
}
