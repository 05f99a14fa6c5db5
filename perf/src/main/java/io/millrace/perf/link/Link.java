package io.millrace.perf.link;

import io.millrace.perf.harness.Fork;
import java.util.List;
import java.util.Map;

/**
 * One way of sending messages from one process to another: Millrace, or a peer.
 *
 * <p>{@link #prepare} runs once in the process that runs the trial. After it one process opens the
 * receiver and then one or more others open senders, in any number of directions, which are told
 * apart by the name of their {@link LinkPlace}. A link may have several receivers as well.
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
   * @param places one for each direction
   * @throws Exception if it cannot
   */
  default void prepare(Fork fork, List<LinkPlace> places) throws Exception {}

  /**
   * Flags that the processes at both ends need beside the usual ones.
   *
   * @return flags of the java command
   */
  default List<String> jvmFlags() {
    return List.of();
  }

  /**
   * How many processes it has beside those at its ends that need a processor as they do.
   *
   * @return their number
   */
  default int helpers() {
    return 0;
  }

  /**
   * How much one trial may send. A link that keeps all messages needs memory for them.
   *
   * @return bytes of payload
   */
  default long mostBytes() {
    return Long.MAX_VALUE;
  }

  /**
   * Opens the receiving end, without waiting for the sending one.
   *
   * @param place the place
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Receiver receiver(LinkPlace place) throws Exception;

  /**
   * Opens one of several receiving ends, one after the other. Only for links that can have them.
   *
   * @param place the place
   * @param seat which one
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  default Receiver receiver(LinkPlace place, Seat seat) throws Exception {
    return receiver(place);
  }

  /**
   * Opens a sending end, after the receiving ones.
   *
   * @param place the place
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Sender sender(LinkPlace place) throws Exception;
}
