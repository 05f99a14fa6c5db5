package io.millrace.snapshot;

import org.agrona.concurrent.UnsafeBuffer;

/** How a reader gets at a value that it does not have yet. */
interface ValueSource extends AutoCloseable {
  /**
   * Makes the {@link #view()} show a value that stays as it is until the next call or {@link
   * #release()}.
   *
   * @param seen the current word as the caller saw it; it names a buffer
   * @return the word of the value that is shown, or a word that names no buffer if that is what
   *     became current meanwhile
   * @throws DamagedSnapshotException if the file contradicts itself
   */
  long take(long seen);

  /** The view, which may get anywhere: to use it is never fatal. Another one now and then. */
  UnsafeBuffer view();

  /** What the checksum of the value that is shown should be. */
  long checksum();

  /** Gives the value back; the view must not be used any more. */
  void release();

  @Override
  void close();
}
