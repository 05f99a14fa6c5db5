package io.millrace.os;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An open directory, in which files are made, linked and removed by name. Whatever happens to the
 * path meanwhile, the names are those of the directory that was opened and checked. A name is one
 * name: anything with a slash in it is refused with an {@link IllegalArgumentException}.
 *
 * <p>Any thread may use it.
 */
public final class Directory extends Resource {
  /** The kernel's usual answer, that of file systems which take it for a directory, and FUSE's. */
  private static final Set<Integer> HAS_NO_NAMELESS_FILES =
      Set.of(Errno.EOPNOTSUPP, Errno.EISDIR, Errno.EINVAL);

  private final Descriptor descriptor;
  private final Path path;
  private volatile FileStatus identity;

  private Directory(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
    this.path = path;
  }

  /**
   * Opens a directory; a symbolic link in its place is refused.
   *
   * @param path where it is
   * @return the directory
   * @throws SystemCallException ENOENT, ENOTDIR (also for a symbolic link), EACCES
   * @throws IllegalArgumentException if the path cannot be told to the kernel
   */
  public static Directory open(Path path) {
    return open(path, Libc.O_NOFOLLOW);
  }

  /**
   * Opens the directory that a path leads to, also through a symbolic link in its place.
   *
   * @param path where it is
   * @return the directory
   * @throws SystemCallException ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG
   * @throws IllegalArgumentException if the path cannot be told to the kernel
   */
  public static Directory openBehind(Path path) {
    return open(path, 0);
  }

  private static Directory open(Path path, int more) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC | more;
    int number = Libc.openat(Libc.AT_FDCWD, PathText.of(path), flags, 0);
    CallResult.check(number, "open", path.toString());
    return new Directory(Descriptor.adopt(number, "directory " + path), path);
  }

  /**
   * Opens the same directory once more, wherever its path leads by now: for who may need it longer
   * than this object is open. Locks are not shared.
   *
   * @return the directory, owned by the caller
   */
  public Directory reopen() {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), ".", flags, 0);
    CallResult.check(number, "open", path.toString());
    return new Directory(Descriptor.adopt(number, "directory " + path), path);
  }

  /**
   * Makes a directory; one that is there already is left alone.
   *
   * @param path where
   * @param permissions its permission bits; the umask has no say
   */
  public static void make(Path path, int permissions) {
    int made = DirectoryCalls.mkdirat(Libc.AT_FDCWD, PathText.of(path), permissions);
    if (made != -Errno.EEXIST) {
      CallResult.check(made, "mkdir", path);
      giveBackWhatTheUmaskTook(path, permissions);
    }
  }

  /** By a descriptor that needs no permission, so that no other file is changed. */
  private static void giveBackWhatTheUmaskTook(Path path, int permissions) {
    int flags = Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    int number = Libc.openat(Libc.AT_FDCWD, PathText.of(path), flags, 0);
    if (number == -Errno.ENOENT) {
      return; // A process that removed it so soon wants nothing of it.
    }
    CallResult.check(number, "open", path);
    try (Descriptor made = Descriptor.adopt(number, "directory " + path)) {
      FileStatus status = made.status();
      int inherited = status.permissions() & ~0777;
      if (status.uid() == Credentials.uid() && status.permissions() != (inherited | permissions)) {
        String same = "/proc/self/fd/" + number;
        int done = DirectoryCalls.fchmodat(Libc.AT_FDCWD, same, inherited | permissions);
        CallResult.check(done, "chmod", path);
      }
    }
  }

  /**
   * Where the directory was when it was opened.
   *
   * @return the path
   */
  public Path path() {
    return path;
  }

  /**
   * Tells whether this is the directory that something else was found to be.
   *
   * @param other what was found, {@code null} for nothing
   * @return true if both are the same directory
   */
  public boolean is(FileStatus other) {
    if (identity == null) {
      identity = descriptor.status(); // Asked once: its device and inode never change.
    }
    return other != null && other.isSameFile(identity);
  }

  /**
   * The directory's descriptor.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Opens a file of this directory. What it is must be looked at: a FIFO or a device opens as well.
   *
   * @param name its name
   * @param writable true to read and write, false to read only
   * @return the file, owned by the caller, or {@code null} if there is none of that name
   * @throws SystemCallException for any other failure; ELOOP for a symbolic link, ENXIO for a
   *     socket
   */
  public Descriptor openFile(String name, boolean writable) {
    // Without O_NONBLOCK a hostile FIFO of that name would hold the opener for ever, and without
    // O_NOCTTY a terminal would become that of this process.
    int flags =
        (writable ? Libc.O_RDWR : Libc.O_RDONLY)
            | Libc.O_NOFOLLOW
            | Libc.O_NONBLOCK
            | Libc.O_NOCTTY
            | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), checked(name), flags, 0);
    if (number == -Errno.ENOENT) {
      return null;
    }
    return Descriptor.adopt(CallResult.check(number, "open", of(name)), of(name));
  }

  /**
   * Makes an empty file under a name that must not be taken.
   *
   * @param name its name
   * @param permissions its permission bits, less the umask
   * @return the file, open for reading and writing, owned by the caller
   * @throws SystemCallException EEXIST if the name is taken
   */
  public Descriptor createFile(String name, int permissions) {
    int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), checked(name), flags, permissions);
    return Descriptor.adopt(CallResult.check(number, "open", of(name)), of(name));
  }

  /**
   * Makes an empty file that has no name until {@link #link} gives it one, and vanishes with its
   * last descriptor if that never happens.
   *
   * @param permissions its permission bits, less the umask
   * @return the file, open for reading and writing, owned by the caller, or {@code null} if the
   *     file system has no nameless files
   */
  public Descriptor createNamelessFile(int permissions) {
    int flags = Libc.O_TMPFILE | Libc.O_RDWR | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), ".", flags, permissions);
    String what = "nameless file in " + path;
    if (HAS_NO_NAMELESS_FILES.contains(-number)) {
      return null;
    }
    return Descriptor.adopt(CallResult.check(number, "open(O_TMPFILE)", what), what);
  }

  /**
   * Gives an open file a name in this directory, at once and whole.
   *
   * @param file the file
   * @param name the new name
   * @return false if the name is taken; nothing has changed then
   */
  public boolean link(Descriptor file, String name) {
    String source = "/proc/self/fd/" + file.number();
    int linked = DirectoryCalls.linkat(source, descriptor.number(), checked(name));
    if (linked == -Errno.EEXIST) {
      return false;
    }
    CallResult.check(linked, "linkat", of(name));
    return true;
  }

  /**
   * Removes a name.
   *
   * @param name the name
   * @return false if there was none
   */
  public boolean unlink(String name) {
    int unlinked = DirectoryCalls.unlinkat(descriptor.number(), checked(name));
    if (unlinked == -Errno.ENOENT) {
      return false;
    }
    CallResult.check(unlinked, "unlink", of(name));
    return true;
  }

  /**
   * Sets the permission bits of what a name leads to; the umask has no say.
   *
   * @param name the name
   * @param permissions the bits
   */
  public void setPermissions(String name, int permissions) {
    int done = DirectoryCalls.fchmodat(descriptor.number(), checked(name), permissions);
    CallResult.check(done, "chmod", of(name));
  }

  /**
   * Moves a name inside this directory, at once; whatever had the new name is replaced.
   *
   * @param from the old name
   * @param to the new name
   * @return false if there was nothing of the old name
   */
  public boolean rename(String from, String to) {
    int renamed = DirectoryCalls.renameat(descriptor.number(), checked(from), checked(to));
    if (renamed == -Errno.ENOENT) {
      return false;
    }
    CallResult.check(renamed, "rename", of(from));
    return true;
  }

  /**
   * All names of this directory at this moment, in no order. A name that comes or goes meanwhile
   * may be missed or shown.
   *
   * @return the names, hidden ones as well
   */
  public List<String> names() {
    // By descriptor, so that it is the directory that was opened and no other.
    Path same = Path.of("/proc/self/fd/" + descriptor.number());
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(same)) {
      for (Path entry : stream) {
        names.add(entry.getFileName().toString());
      }
    } catch (IOException | DirectoryIteratorException failure) {
      throw new MillraceException(
          "cannot list directory " + path + ": " + Cures.withCure(failure.getMessage()), failure);
    }
    return names;
  }

  /**
   * What a name leads to at this moment.
   *
   * @param name the name
   * @return its status, or {@code null} if there is none; symbolic links are not followed
   */
  public FileStatus statusOf(String name) {
    try {
      return FileStatus.read(
          descriptor.number(), checked(name), Libc.AT_SYMLINK_NOFOLLOW, of(name));
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ENOENT) {
        return null;
      }
      throw failure;
    }
  }

  /** Returns a name that cannot lead out of the directory, or throws. */
  static String checked(String name) {
    boolean dots = name.isEmpty() || name.equals(".") || name.equals("..");
    if (dots || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not the name of a file in a directory: \"" + name + '"');
    }
    return name;
  }

  private String of(String name) {
    return path.resolve(name).toString();
  }

  @Override
  protected void performClose() {
    descriptor.close();
  }

  @Override
  public String toString() {
    return descriptor.toString();
  }
}
