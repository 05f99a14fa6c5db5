package io.millrace.examples;

import java.util.Scanner;
import java.util.concurrent.CountDownLatch;

/**
 * What the parent of a {@link ChildJvm} says to it: the first line starts it, the second one, or
 * the end of the input because the parent is gone, stops it.
 */
public final class Cues implements AutoCloseable {
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile boolean over;

  /**
   * Listens from now on.
   *
   * @param input where the lines come from
   */
  public Cues(Scanner input) {
    Thread reader = new Thread(() -> read(input), "cues");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(Scanner input) {
    if (input.hasNextLine()) {
      input.nextLine();
      first.countDown();
      if (input.hasNextLine()) {
        input.nextLine();
      }
    }
    over = true;
    first.countDown();
  }

  /** Waits until the parent has said its first line, or is gone. */
  public void awaitFirst() {
    try {
      first.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      over = true;
    }
  }

  /**
   * Tells whether to stop.
   *
   * @return true once the parent has said so, or is gone
   */
  public boolean isOver() {
    return over;
  }

  /** Stops. */
  @Override
  public void close() {
    over = true;
  }
}
