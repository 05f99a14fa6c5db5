package io.millrace.snapshot;

/** How a reader gets at a value that it does not have yet. */
interface ValueSource extends AutoCloseable {
  /**
   * Makes a view show a value that stays as it is until the next call or {@link #release()}.
   *
   * @param seen the current word as the caller saw it; it names a buffer
   * @param snapshot gets the view
   * @return the word of the value that is shown, or a word that names no buffer if that is what
   *     became current meanwhile
   * @throws SnapshotException.Damaged if the file contradicts itself
   */
  long take(long seen, Snapshot snapshot);

  /** What the checksum of the value that is shown should be. */
  long checksum();

  /** Gives the value back; the view must not be used any more. */
  void release();

  @Override
  void close();
}
