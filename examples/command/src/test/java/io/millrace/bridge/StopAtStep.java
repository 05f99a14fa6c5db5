package io.millrace.bridge;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Stops for good when the step of the property {@code step} was done as often as {@code times}
 * says, and tells so: the test kills the process then.
 */
public final class StopAtStep implements Consumer<Steps.Step> {
  private final Steps.Step step = Steps.Step.valueOf(System.getProperty("step"));
  private int left = Integer.getInteger("times");

  @Override
  public void accept(Steps.Step reached) {
    if (reached == step && --left == 0) {
      System.out.println("stopped");
      while (true) {
        LockSupport.park(this);
      }
    }
  }
}
