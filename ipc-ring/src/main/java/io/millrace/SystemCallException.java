package io.millrace;

/**
 * Thrown when a system call fails. The message names the call, the error, the object it was about,
 * and the cure where one is known.
 */
public final class SystemCallException extends MillraceException {
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
   * @param message what failed why, and what helps
   */
  public SystemCallException(String call, int errno, String message) {
    super(message);
    this.call = call;
    this.errno = errno;
  }

  /**
   * The call that failed.
   *
   * @return its name, as in {@code syscalls(2)}
   */
  public String call() {
    return call;
  }

  /**
   * Why it failed.
   *
   * @return the error number, positive, as in {@code errno(3)}
   */
  public int errno() {
    return errno;
  }
}
