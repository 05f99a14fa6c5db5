package io.millrace.ring;

import java.util.concurrent.CountDownLatch;

/**
 * Stops the thread that reaches a certain step, in a child process: it says so and stays there for
 * good, until the parent opens the gate or kills the process.
 */
final class StepGate implements Steps.Listener {
  private static Steps.Step armed;
  private static int left;
  private static CountDownLatch gate = new CountDownLatch(1);

  /** Lets the given step be reached so often; the last time its thread stops. */
  static synchronized void arm(Steps.Step step, int times) {
    armed = step;
    left = times;
    gate = new CountDownLatch(1);
  }

  static synchronized void open() {
    gate.countDown();
  }

  /** Lets the stopped thread go on to another step. */
  static synchronized void openAndArm(Steps.Step step) {
    CountDownLatch stopped = gate;
    arm(step, 1);
    stopped.countDown();
  }

  @Override
  public void reached(Steps.Step step) {
    CountDownLatch closed = gateAt(step);
    if (closed == null) {
      return;
    }
    System.out.println("stopped at " + step);
    boolean interrupted;
    do {
      interrupted = false;
      try {
        closed.await();
      } catch (InterruptedException interruption) {
        interrupted = true;
      }
    } while (interrupted);
  }

  private static synchronized CountDownLatch gateAt(Steps.Step step) {
    if (step != armed || --left > 0) {
      return null;
    }
    armed = null;
    return gate;
  }
}
