package io.millrace.bridge;

import org.agrona.DirectBuffer;

/** A ring of this host into which received records go. */
abstract class Inlet implements AutoCloseable {
  /** Behind the last record that was published. */
  long end;

  /** So many of the records that come next are in the ring already. */
  long skip;

  /** Returns the position behind the record, or less than 0 if there is no room. */
  abstract long offer(int type, DirectBuffer buffer, int offset, int length);

  abstract int maxMessageLength();

  abstract long ringId();

  /** The name of the service under which the ring is found. */
  abstract String service();

  /** What was published is noted. */
  abstract void release();

  /** No more comes. Returns whether it can be closed. */
  abstract boolean isDone();

  @Override
  public abstract void close();
}
