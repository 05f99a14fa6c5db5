package io.millrace.os;

import io.millrace.SystemCallException;

/** What a system call returned: a result, or a failure in words. */
public final class CallResult {
  private CallResult() {}

  /**
   * Says in words that a call failed.
   *
   * @param call the name of the system call
   * @param errno the error number, positive
   * @param object what the call was about, in words that the reader of a log knows
   * @return the exception to throw
   */
  public static SystemCallException failure(String call, int errno, String object) {
    String text =
        call + " failed: " + Errno.name(errno) + " (" + Errno.text(errno) + "): " + object;
    String cure = Cures.of(call, errno);
    return new SystemCallException(call, errno, cure.isEmpty() ? text : text + "; " + cure);
  }

  /**
   * Tells whether a call failed for want of descriptors or memory, and not because of what it was
   * about.
   *
   * @param failure the failure
   * @return true for EMFILE, ENFILE and ENOMEM
   */
  public static boolean isShortage(SystemCallException failure) {
    int errno = failure.errno();
    return errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM;
  }

  /**
   * Tells whether a call failed because this user may not do that with the file or directory.
   *
   * @param failure the failure
   * @return true for EACCES and EPERM
   */
  public static boolean isDenied(SystemCallException failure) {
    return failure.errno() == Errno.EACCES || failure.errno() == Errno.EPERM;
  }

  /** Returns a result that is not an error, or throws; the object is named only then. */
  static int check(int result, String call, Object object) {
    return (int) check((long) result, call, object);
  }

  /** Returns a result that is not an error, or throws; the object is named only then. */
  static long check(long result, String call, Object object) {
    if (result < 0) {
      throw failure(call, (int) -result, object.toString());
    }
    return result;
  }
}
