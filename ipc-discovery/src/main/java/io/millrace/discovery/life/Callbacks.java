package io.millrace.discovery.life;

import java.util.function.BooleanSupplier;
import org.agrona.ErrorHandler;

/**
 * Calls what the application gave, such as listeners, filters and access rules. Whatever it throws
 * goes to the error handler, and what that throws to the handler of uncaught exceptions of the
 * thread: nothing comes out of here, and no thread of the library ends by it.
 *
 * <p>Any thread may use it, and holds no lock of the library meanwhile: what is called may take as
 * long as it likes, and may close what called it.
 */
public final class Callbacks {
  private final ErrorHandler errors;

  public Callbacks(ErrorHandler errors) {
    this.errors = errors;
  }

  /** Calls something. */
  public void run(Runnable callback) {
    ask(
        () -> {
          callback.run();
          return true;
        });
  }

  /** Asks something; what throws has said no. */
  public boolean ask(BooleanSupplier rule) {
    try {
      return rule.getAsBoolean();
    } catch (Throwable thrown) {
      report(thrown);
      return false;
    }
  }

  /** Tells what went wrong. */
  public void report(Throwable failure) {
    try {
      errors.onError(failure);
    } catch (Throwable again) {
      if (again != failure) {
        again.addSuppressed(failure);
      }
      reportUncaught(again);
    }
  }

  /** As the JVM does it for a thread that ends by an exception; it takes no notice of failures. */
  private static void reportUncaught(Throwable failure) {
    Thread current = Thread.currentThread();
    try {
      current.getUncaughtExceptionHandler().uncaughtException(current, failure);
    } catch (Throwable nobodyIsLeftToBeTold) {
      return;
    }
  }
}
