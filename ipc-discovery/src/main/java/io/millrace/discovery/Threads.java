package io.millrace.discovery;

/** Waiting for the library's own threads. */
final class Threads {
  private Threads() {}

  /** Returns when a thread has ended; an interruption is kept for later. */
  static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException interruption) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
