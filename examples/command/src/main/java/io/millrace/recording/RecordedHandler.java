package io.millrace.recording;

import org.agrona.DirectBuffer;

/** Receives what was recorded. The buffer is the file's own memory: valid during the call only. */
@FunctionalInterface
public interface RecordedHandler {
  /**
   * A record.
   *
   * @param source where it came from
   * @param timeNanos when the recorder read it, in nanoseconds since 1970; never lower than that of
   *     the record before
   * @param position where it was in the stream of its source
   * @param type its type, as given by the producer
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onRecord(
      RecordedSource source,
      long timeNanos,
      long position,
      int type,
      DirectBuffer buffer,
      int offset,
      int length);

  /**
   * Is told that the recorder missed something here, and knew it.
   *
   * @param source where
   * @param timeNanos when it noticed, in nanoseconds since 1970
   * @param bytes how much of the stream, headers and padding included
   */
  default void onLost(RecordedSource source, long timeNanos, long bytes) {}
}
