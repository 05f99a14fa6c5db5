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
  private boolean released;

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
   * A new descriptor of the open file description that a number stands for.
   *
   * @param number an open descriptor, which stays with its owner
   * @param what what it is, for messages
   * @return the duplicate, owned by the caller
   * @throws SystemCallException EBADF if the number is not open
   */
  public static Descriptor duplicateOf(int number, String what) {
    int copy = Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, 0);
    return new Descriptor(
        SystemCallException.check(copy, "fcntl(F_DUPFD_CLOEXEC)", what + " " + number), what);
  }

  /**
   * Gives the descriptor up without closing it: whoever gets the number closes it. This object is
   * closed then.
   *
   * @return the number
   */
  public int release() {
    int open = number();
    released = true;
    close();
    return open;
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
    return duplicateOf(number(), what);
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

  /**
   * Sets the permission bits of the file behind this descriptor; the umask has no say.
   *
   * @param permissions the bits
   */
  public void setPermissions(int permissions) {
    SystemCallException.check(Libc.fchmod(number(), permissions), "fchmod", what);
  }

  @Override
  protected void performClose() {
    if (!released) {
      Libc.close(number);
    }
  }

  @Override
  public String toString() {
    return what + " (descriptor " + number + ")";
  }
}
