package io.millrace.recording;

/** Where a recorder gets records from: all that one name stands for, now and later. */
interface Feed extends AutoCloseable {
  /**
   * Records what is there.
   *
   * @param limit how many records at most
   * @return how many were taken
   */
  int poll(int limit);

  /** Looks what came and went. Called now and then. */
  void look();

  /** Gives the groups up, for good. Called instead of the close. */
  void release();

  /** Leaves the groups, which stay. */
  @Override
  void close();
}
