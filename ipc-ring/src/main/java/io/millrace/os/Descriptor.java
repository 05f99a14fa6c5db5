package io.millrace.os;

import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * A file descriptor that this object owns and closes once.
 *
 * <p>Any thread may use it. All descriptors that Millrace opens are closed on exec.
 */
public final class Descriptor extends AbstractCloseable {
  private final int number;
  private final String what;

  private Descriptor(int number, String what) {
    this.number = number;
    this.what = what;
    singleThreadedCheckDisabled(true);
  }

  /**
   * Takes over an open descriptor.
   *
   * @param number the descriptor
   * @param what what it is, for messages
   * @return its owner
   */
  public static Descriptor adopt(int number, String what) {
    return new Descriptor(number, what);
  }

  /**
   * The number of the descriptor in this process.
   *
   * @return the number
   * @throws net.openhft.chronicle.core.io.ClosedIllegalStateException after {@link #close()}
   */
  public int number() {
    throwExceptionIfClosed();
    return number;
  }

  /**
   * A second descriptor of the same open file description.
   *
   * @return the duplicate, owned by the caller
   */
  public Descriptor duplicate() {
    return duplicate(number(), what);
  }

  /**
   * A second descriptor of the open file description behind a descriptor that somebody else owns.
   *
   * @param number the descriptor, which stays open
   * @param what what it is, for messages
   * @return the duplicate, owned by the caller
   */
  public static Descriptor duplicate(int number, String what) {
    int copy =
        SystemCallException.check(
            Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)", what);
    return new Descriptor(copy, what);
  }

  /**
   * Opens the same file again, read and write. The new descriptor has an open file description of
   * its own, so that locks taken through it are not shared with whoever holds the first one.
   *
   * @return the new descriptor, owned by the caller
   */
  public Descriptor reopen() {
    String path = "/proc/self/fd/" + number();
    int opened =
        SystemCallException.check(
            Libc.openat(Libc.AT_FDCWD, path, Libc.O_RDWR | Libc.O_CLOEXEC, 0),
            "open",
            path + " (" + what + ")");
    return new Descriptor(opened, what);
  }

  /**
   * Identity, type, owner, mode and size of the file behind this descriptor.
   *
   * @return the status at this moment
   */
  public FileStatus status() {
    return FileStatus.of(number(), what);
  }

  @Override
  protected void performClose() {
    Libc.close(number);
  }

  @Override
  public String toString() {
    return what + " (descriptor " + number + ")";
  }
}
