package io.millrace.cli;

/**
 * Runs until Ctrl-C or SIGTERM, and to the end of its own: the JVM waits for the thread that made
 * this to close it, so that what it has open is closed in good order and its last words are
 * printed.
 */
final class UntilInterrupted implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 10_000;

  private final Thread hook = new Thread(this::end, "end of the command");
  private volatile Runnable wakeUp = () -> {};
  private volatile boolean ending;
  private boolean closed;

  UntilInterrupted() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Says how to end what goes on. Not by an interrupt: that would close the files of the engine in
   * the middle of what it does.
   */
  void onEnd(Runnable action) {
    wakeUp = action;
  }

  boolean goesOn() {
    return !ending && !Thread.currentThread().isInterrupted();
  }

  private synchronized void end() {
    ending = true;
    wakeUp.run();
    try {
      long start = System.nanoTime();
      long left = PATIENCE_MILLIS;
      while (!closed && left > 0) {
        wait(left);
        left = PATIENCE_MILLIS - (System.nanoTime() - start) / 1_000_000;
      }
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    if (!ending) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        return; // It has nothing to wait for any more.
      }
    }
  }
}
