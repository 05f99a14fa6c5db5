package io.millrace.perf.link;

import io.millrace.perf.harness.Fork;
import java.util.List;
import java.util.Map;

/**
 * One way for a process to ask another one, which answers: Millrace, or a peer.
 *
 * <p>{@link #prepare} runs once in the process that runs the trial. After it two processes open one
 * end each. When both are open, both connect.
 */
public interface CallLink {
  /**
   * How it is set up, for the reader of the results.
   *
   * @param place the place
   * @return names and values
   */
  Map<String, Object> settings(LinkPlace place);

  /**
   * Makes what is there before the processes that use it.
   *
   * @param fork the trial; what is started through it, it ends
   * @param place the place
   * @throws Exception if it cannot
   */
  default void prepare(Fork fork, LinkPlace place) throws Exception {}

  /**
   * Flags that the processes at both ends need beside the usual ones.
   *
   * @return flags of the java command
   */
  default List<String> jvmFlags() {
    return List.of();
  }

  /**
   * Opens the end that asks.
   *
   * @param place the place
   * @param yields whether who finds nothing lets others run, as there are fewer processors than
   *     processes
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Caller caller(LinkPlace place, boolean yields) throws Exception;

  /**
   * Opens the end that answers.
   *
   * @param place the place
   * @param yields whether who finds nothing lets others run
   * @return the end, for the calling thread
   * @throws Exception if it cannot
   */
  Answerer answerer(LinkPlace place, boolean yields) throws Exception;
}
