package io.millrace.os;

import java.util.Arrays;
import java.util.Collection;

/**
 * Closes several things one after the other, all of them, whatever fails, errors too. Elements that
 * are {@code null} are passed over. Any thread may call these methods.
 */
public final class Closing {
  private Closing() {}

  /**
   * Closes all.
   *
   * @param all what to close, in this order; throws the first failure, with the others suppressed
   *     in it
   */
  public static void closeAll(AutoCloseable... all) {
    closeAll(Arrays.asList(all));
  }

  /**
   * Closes all.
   *
   * @param all what to close, in this order; throws the first failure, with the others suppressed
   *     in it
   */
  public static void closeAll(Collection<? extends AutoCloseable> all) {
    Throwable first = null;
    for (AutoCloseable one : all) {
      first = close(one, first);
    }
    if (first != null) {
      throw Closing.<RuntimeException>unchecked(first);
    }
  }

  /**
   * Closes all after a failure.
   *
   * @param failure gets what fails here as suppressed
   * @param all what to close, in this order
   */
  public static void closeAfter(Throwable failure, AutoCloseable... all) {
    Throwable first = failure;
    for (AutoCloseable one : all) {
      first = close(one, first);
    }
  }

  private static Throwable close(AutoCloseable one, Throwable first) {
    try {
      if (one != null) {
        one.close();
      }
      return first;
    } catch (Throwable failure) { // Nothing may keep the next one from its turn.
      if (first == null) {
        return failure;
      }
      if (first != failure) {
        first.addSuppressed(failure);
      }
      return first;
    }
  }

  /** Throws what an {@link AutoCloseable} threw as it is, though it may be a checked one. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T unchecked(Throwable failure) throws T {
    throw (T) failure;
  }
}
