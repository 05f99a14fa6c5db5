package io.millrace.bridge;

/** All that one name stands for on this host, now and later, as a sender reads it. */
interface Outlet extends AutoCloseable {
  /**
   * Sends what is there.
   *
   * @param limit how many records at most
   * @return how many were sent
   * @throws io.millrace.polled.HeldException if one could not be sent now
   */
  int poll(int limit);

  /** Lets go of what the archive has. */
  void confirm(long recorded);

  @Override
  void close();
}
