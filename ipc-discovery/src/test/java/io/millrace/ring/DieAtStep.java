package io.millrace.ring;

import io.millrace.testkit.Signals;
import java.util.function.Consumer;

/**
 * Kills its process at a step of a ring's protocol, of all rings together, counted from when it is
 * armed: for processes in whose way more than one ring lies.
 */
public final class DieAtStep implements Consumer<Steps.Step> {
  /** The property that names it to the ring. */
  public static final String FLAG = "-Dio.millrace.ring.steps=" + DieAtStep.class.getName();

  private static volatile Thread watched;
  private static int last;
  private static int reached;

  /** Made by its name. */
  public DieAtStep() {}

  /**
   * Counts the steps of the calling thread from now on.
   *
   * @param step the one that is its last; 0 for none
   */
  public static void arm(int step) {
    reached = 0;
    last = step;
    watched = Thread.currentThread();
  }

  /**
   * Ends the count.
   *
   * @return how many steps there were
   */
  public static int disarm() {
    watched = null;
    return reached;
  }

  @Override
  public void accept(Steps.Step step) {
    if (Thread.currentThread() == watched && ++reached == last) {
      Signals.send("KILL", (int) ProcessHandle.current().pid());
      throw new AssertionError("killed processes do not go on");
    }
  }
}
