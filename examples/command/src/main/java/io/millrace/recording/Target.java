package io.millrace.recording;

import org.agrona.DirectBuffer;

/** What a player publishes into. */
interface Target extends AutoCloseable {
  String name();

  /** Returns false if there was no room in time. */
  boolean offer(int type, DirectBuffer buffer, int offset, int length, long timeoutNanos);

  /** Tells whether somebody reads it, or it is another one's ring, whose readers are its affair. */
  boolean hasReader();

  @Override
  void close();
}
