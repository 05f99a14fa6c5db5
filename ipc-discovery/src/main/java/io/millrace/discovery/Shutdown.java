package io.millrace.discovery;

import io.millrace.os.EndOfProcess;

/**
 * The end of this process in good order: by SIGTERM, SIGINT or SIGHUP, by {@link System#exit} with
 * whatever status, or with its last thread, however that ended. None of these is a crash: services
 * are withdrawn, adopted ones handed over, {@link Alive} files marked clean, and barriers broken by
 * a party that left. A shutdown hook of the library does it, and nobody needs to write one.
 *
 * <p>SIGKILL, {@link Runtime#halt}, a crash of the JVM and the end of the machine are crashes. So
 * is SIGTERM if the JVM was started with {@code -Xrs}, which takes all hooks away.
 *
 * <p>The JVM runs all hooks at the same time, while threads live on. So the library's only says
 * farewell: it unmaps nothing and closes no ring; producers and consumers go on until the process
 * is gone, and what a consumer had in hand then is delivered again as after a kill. What is
 * published or held after the hook has run is withdrawn or marked clean at once. An application
 * that wants an order of its own turns the hook off, by the system property {@code
 * millrace.shutdownHook=false} or by {@link #useHook}, and calls {@link #withdrawAll} where it
 * belongs.
 *
 * <p>Any thread may call these methods.
 */
public final class Shutdown {
  private Shutdown() {}

  /**
   * Turns the library's shutdown hook on or off, for the whole process.
   *
   * @param use false if the application calls {@link #withdrawAll} itself, or wants each end that
   *     closes nothing to be taken for a crash
   */
  public static void useHook(boolean use) {
    EndOfProcess.useHook(use);
  }

  /**
   * Does now what the hook does: withdraws all services of this process, hands over the adopted
   * ones, marks its {@link Alive} files as clean, and leaves its barriers, which breaks them.
   * {@code Alive} files are held until the process ends or closes them. Closing what was withdrawn
   * is no error.
   *
   * @throws RuntimeException the first failure, with the others in it; everything else has been
   *     done
   */
  public static void withdrawAll() {
    EndOfProcess.doAll();
  }
}
