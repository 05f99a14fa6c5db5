package io.millrace.perf.link;

import org.agrona.DirectBuffer;

/** Gets messages, where they are. */
@FunctionalInterface
public interface Sink {
  /**
   * A message.
   *
   * @param buffer where it is; valid during the call
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onMessage(DirectBuffer buffer, int offset, int length);
}
