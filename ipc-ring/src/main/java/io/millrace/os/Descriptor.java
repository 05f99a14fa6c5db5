package io.millrace.os;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file descriptor that this object owns and closes once.
 *
 * <p>Any thread may use it. The caller of close sees to it that no other thread is in a call with
 * it: the kernel may give its number away at once. All descriptors that Millrace opens are closed
 * on exec.
 */
public final class Descriptor extends Resource {
  private final int number;
  private final String what;
  private boolean released;

  private Descriptor(int number, String what) {
    this.number = number;
    this.what = what;
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
        CallResult.check(copy, "fcntl(F_DUPFD_CLOEXEC)", what + " " + number), what);
  }

  /**
   * Gives the descriptor up without closing it: the one who gets the number closes it. This object
   * is closed then.
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
   * @throws io.millrace.ClosedException after {@link #close()} has begun
   */
  public int number() {
    requireOpen(this);
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
   * its own, so that locks taken through it are not shared with the holder of the first one.
   *
   * @return the new descriptor, owned by the caller
   */
  public Descriptor reopen() {
    String path = "/proc/self/fd/" + number();
    int opened =
        CallResult.check(
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
    CallResult.check(Libc.fchmod(number(), permissions), "fchmod", what);
  }

  /**
   * What the kernel says is behind this descriptor: a path, {@code /memfd:name (deleted)} or {@code
   * anon_inode:[eventfd]}.
   *
   * @return the target of {@code /proc/self/fd/N}
   */
  public String target() {
    Path link = Path.of("/proc/self/fd/" + number());
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException failure) {
      throw new MillraceException("cannot read " + link + " (" + what + ")", failure);
    }
  }

  @Override
  protected void performClose() {
    if (released) {
      return;
    }
    int closed = Libc.close(number);
    if (closed != -Errno.EINTR) {
      CallResult.check(closed, "close", this);
    }
  }

  @Override
  public String toString() {
    return what + " (descriptor " + number + ")";
  }
}
