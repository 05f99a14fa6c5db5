package io.millrace.perf.link;

import io.millrace.perf.harness.Fork;
import java.util.Map;

/**
 * One way of sending messages from one process to another: Millrace, or a peer.
 *
 * <p>{@link #prepare} runs once in the process that runs the trial. After it one process opens the
 * receiver and then one or more others open senders, in any number of directions, which are told
 * apart by the name of their {@link LinkPlace}.
 */
public interface Link {
  /**
   * How it is set up, for the reader of the results.
   *
   * @param place the place
   * @return names and values
   */
  Map<String, Object> settings(LinkPlace place);

  /**
   * Makes what is there before the processes that use it: files, or a driver process.
   *
   * @param fork the trial; what is started through it, it ends
   * @param place the place
   * @throws Exception if it cannot
   */
  default void prepare(Fork fork, LinkPlace place) throws Exception {}

  /**
   * Opens the receiving end, without waiting for the sending one.
   *
   * @param place the place
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Receiver receiver(LinkPlace place) throws Exception;

  /**
   * Opens a sending end, after the receiving one.
   *
   * @param place the place
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Sender sender(LinkPlace place) throws Exception;
}
