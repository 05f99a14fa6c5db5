package io.millrace.os;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A system call failed. The message names the call, the error and the object it was about. */
public final class SystemCallException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  /** The name of the call. */
  private final String call;

  /** The error number. */
  private final int errno;

  /**
   * Describes a failed call.
   *
   * @param call the name of the system call
   * @param errno the error number, positive
   * @param object what the call was about, in words that the reader of a log knows
   */
  public SystemCallException(String call, int errno, String object) {
    super(
        new IOException(
            call + " failed: " + Errno.name(errno) + " (" + Errno.text(errno) + "): " + object));
    this.call = call;
    this.errno = errno;
  }

  @Override
  public String getMessage() {
    return getCause().getMessage();
  }

  /**
   * The call that failed.
   *
   * @return its name
   */
  public String call() {
    return call;
  }

  /**
   * Why it failed.
   *
   * @return the error number, positive, one of {@link Errno}
   */
  public int errno() {
    return errno;
  }

  /** Returns a result that is not an error, or throws; the object is named only then. */
  static int check(int result, String call, Object object) {
    return (int) check((long) result, call, object);
  }

  /** Returns a result that is not an error, or throws; the object is named only then. */
  static long check(long result, String call, Object object) {
    if (result < 0) {
      throw new SystemCallException(call, (int) -result, object.toString());
    }
    return result;
  }
}
