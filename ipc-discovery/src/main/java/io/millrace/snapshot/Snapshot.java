package io.millrace.snapshot;

import io.millrace.os.LifeCycle;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A value that is being read, in place: the guard that {@link SnapshotReader#read()} hands out.
 * While it is open the value does not change.
 *
 * <p>A reader has one guard and hands it out again and again. While it is open it belongs to the
 * thread that read, and the value stays as it is, even when another thread closes the reader: what
 * the reader has is given back when the guard is closed, or when that thread has ended and the
 * reader is closed once more.
 */
public final class Snapshot implements AutoCloseable {
  private static final long NOTHING_HELD = SnapshotLayout.NOTHING_HELD;
  private static final long OPEN = NOTHING_HELD - 1;
  private static final long OPEN_SWITCHED = NOTHING_HELD - 2;

  private final SnapshotReader reader;
  private UnsafeBuffer view;
  private final boolean keepsPin;

  /** The word whose buffer the view shows and the reader holds; NOTHING_HELD if it holds none. */
  private long word = NOTHING_HELD;

  /** The word that can be opened anew as it is, or one of the states OPEN: one look tells all. */
  private long state = NOTHING_HELD;

  /** What the state is once the guard is closed: the word if the pin is kept, NOTHING_HELD else. */
  private long stateWhenClosed = NOTHING_HELD;

  /** Set by the thread that closes the reader, before it looks whether the guard is open. */
  private volatile boolean last;

  Snapshot(SnapshotReader reader, boolean keepsPin) {
    this.reader = reader;
    this.keepsPin = keepsPin;
  }

  /**
   * Opens the guard anew if it is closed and shows a value still; the reader's shortest way. It
   * says first that it is open and looks then: a thread that closes the reader takes the current
   * word away from it, pays for the fence of both, and looks whether the guard is open.
   */
  boolean reopen() {
    long held = state;
    // No word below 0 is of a value, whatever is in the file.
    if (held < 0) {
      return false;
    }
    boolean opened = false;
    state = OPEN;
    try {
      LifeCycle.storeBeforeLoad();
      opened = reader.current() == held;
      return opened;
    } finally {
      if (!opened) {
        state = held; // Also where an exhausted stack lets the look fail.
      }
    }
  }

  boolean isOpen() {
    return state <= OPEN;
  }

  /** Opens the guard over the value that the view shows. */
  void open(UnsafeBuffer newView, long newWord, boolean switched) {
    view = newView;
    word = newWord;
    stateWhenClosed = keepsPin ? newWord : NOTHING_HELD;
    state = switched ? OPEN_SWITCHED : OPEN;
  }

  /** Closes the guard, which shows nothing from now on. Returns whether it showed a value. */
  boolean forget() {
    boolean held = word != NOTHING_HELD;
    word = NOTHING_HELD;
    stateWhenClosed = NOTHING_HELD;
    state = NOTHING_HELD;
    return held;
  }

  /** It is not opened again, and the reader wants to know when it is closed. */
  void beTheLast() {
    last = true;
  }

  /** What the view was kept for is over: it shows nothing from now on, wherever it is. */
  void hide() {
    if (view != null) {
      view.wrap(view, 0, 0);
    }
  }

  /**
   * The value's bytes.
   *
   * @return a view of exactly the value, valid until {@link #close()}; it is not to be written to
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
   * The version of the value.
   *
   * @return its version, from 1 on
   * @throws IllegalStateException if the guard is closed
   */
  public long version() {
    checkOpen();
    return SnapshotLayout.version(word);
  }

  /**
   * Tells whether this is a different value from the one that the same reader read before. The
   * first value that a reader reads always counts as different.
   *
   * @return true if the version has changed since this reader's last read
   * @throws IllegalStateException if the guard is closed
   */
  public boolean isOn() {
    checkOpen();
    return state == OPEN_SWITCHED;
  }

  /**
   * Ends the reading. What {@link #buffer()} gave must not be used any more: it may show another
   * value or none, though never anything outside the file, and when the reader is closed, nothing.
   * Closing twice is no error.
   */
  @Override
  public void close() {
    state = stateWhenClosed;
    LifeCycle.storeBeforeLoad();
    if (last || stateWhenClosed == NOTHING_HELD) {
      reader.letGo();
    }
  }

  private void checkOpen() {
    if (!isOpen()) {
      throw new IllegalStateException("this snapshot is closed; read again");
    }
  }
}
