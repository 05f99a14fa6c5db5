package io.millrace.perf.harness;

/** What a process of a trial does. Has a public constructor without arguments. */
public interface Role {
  /**
   * Does it, on the main thread, which is pinned already.
   *
   * @param parent the process that runs the trial
   * @throws Exception if it fails; the message reaches the user
   */
  void run(Parent parent) throws Exception;
}
