package io.millrace.examples.telemetry;

import java.util.Scanner;
import java.util.concurrent.CountDownLatch;

/**
 * What the parent says to a producer: the first line starts it, the second one, or the end of the
 * input because the parent is gone, stops it.
 */
final class Orders implements AutoCloseable {
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile boolean over;

  Orders(Scanner input) {
    Thread reader = new Thread(() -> read(input), "orders");
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

  void awaitFirst() {
    try {
      first.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      over = true;
    }
  }

  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    over = true;
  }
}
