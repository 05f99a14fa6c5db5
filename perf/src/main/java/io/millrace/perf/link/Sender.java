package io.millrace.perf.link;

import java.io.IOException;
import org.agrona.DirectBuffer;

/** The sending end of a link. Used by one thread. */
public interface Sender extends AutoCloseable {
  /**
   * Sends one message, if there is room.
   *
   * @param source where the message is
   * @param offset where it starts there
   * @param length its length in bytes
   * @return false if there is no room now
   */
  boolean offer(DirectBuffer source, int offset, int length);

  /**
   * Sends several messages as one batch, if there is room.
   *
   * @param source makes the messages, one after the other
   * @param count how many
   * @return false if there is no room now, and no message was made
   */
  default boolean offerBatch(MessageSource source, int count) {
    throw new UnsupportedOperationException("this link has no batches");
  }

  /**
   * Waits until the receiver will get all that is sent from here on, if that is not so from the
   * start. Called once the receiver polls.
   */
  default void awaitReceiver() {}

  /** Lets go of the link. */
  @Override
  void close() throws IOException;
}
