package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * An open directory, in which files are made, linked and removed by name. Whatever happens to the
 * path meanwhile, the names are those of the directory that was opened and checked.
 *
 * <p>Any thread may use it.
 */
public final class Directory extends AbstractCloseable {
  private static final MethodHandle LINKAT =
      Native.bind("linkat", INT, INT, POINTER, INT, POINTER, INT);
  private static final MethodHandle UNLINKAT = Native.bind("unlinkat", INT, INT, POINTER, INT);
  private static final MethodHandle RENAMEAT =
      Native.bind("renameat", INT, INT, POINTER, INT, POINTER);
  private static final MethodHandle FCHMODAT = Native.bind("fchmodat", INT, INT, POINTER, INT, INT);
  private static final MethodHandle MKDIRAT = Native.bind("mkdirat", INT, INT, POINTER, INT);

  private final Descriptor descriptor;
  private final Path path;

  private Directory(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
    this.path = path;
    singleThreadedCheckDisabled(true);
  }

  /**
   * Opens a directory; a symbolic link in its place is refused.
   *
   * @param path where it is
   * @return the directory
   * @throws SystemCallException ENOENT, ENOTDIR (also for a symbolic link), EACCES
   */
  public static Directory open(Path path) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    int number = Libc.openat(Libc.AT_FDCWD, path.toString(), flags, 0);
    SystemCallException.check(number, "open", path.toString());
    return new Directory(Descriptor.adopt(number, "directory " + path), path);
  }

  /**
   * Makes a directory; one that is there already is left alone.
   *
   * @param path where
   * @param permissions its permission bits, less the umask
   */
  public static void make(Path path, int permissions) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path.toString());
      int made =
          Native.result((int) MKDIRAT.invokeExact(state, Libc.AT_FDCWD, text, permissions), state);
      if (made != -Errno.EEXIST) {
        SystemCallException.check(made, "mkdir", path.toString());
      }
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
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
   * The directory's descriptor.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Opens a file of this directory.
   *
   * @param name its name
   * @param writable true to read and write, false to read only
   * @return the file, owned by the caller, or {@code null} if there is none of that name
   * @throws SystemCallException for any other failure; ELOOP for a symbolic link
   */
  public Descriptor openFile(String name, boolean writable) {
    // Without O_NONBLOCK a hostile FIFO of that name would hold the opener for ever.
    int flags =
        (writable ? Libc.O_RDWR : Libc.O_RDONLY)
            | Libc.O_NOFOLLOW
            | Libc.O_NONBLOCK
            | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), name, flags, 0);
    if (number == -Errno.ENOENT) {
      return null;
    }
    return Descriptor.adopt(SystemCallException.check(number, "open", of(name)), of(name));
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
    int number = Libc.openat(descriptor.number(), name, flags, permissions);
    return Descriptor.adopt(SystemCallException.check(number, "open", of(name)), of(name));
  }

  /**
   * Makes an empty file that has no name until {@link #link} gives it one, and vanishes with its
   * last descriptor if that never happens.
   *
   * @param permissions its permission bits, less the umask
   * @return the file, open for reading and writing, owned by the caller
   * @throws SystemCallException EOPNOTSUPP (EISDIR on some file systems) if the file system has no
   *     nameless files
   */
  public Descriptor createNamelessFile(int permissions) {
    int flags = Libc.O_TMPFILE | Libc.O_RDWR | Libc.O_CLOEXEC;
    int number = Libc.openat(descriptor.number(), ".", flags, permissions);
    String what = "nameless file in " + path;
    return Descriptor.adopt(SystemCallException.check(number, "open(O_TMPFILE)", what), what);
  }

  /**
   * Gives an open file a name in this directory, at once and whole.
   *
   * @param file the file
   * @param name the new name
   * @return false if the name is taken; nothing has changed then
   */
  public boolean link(Descriptor file, String name) {
    int linked = linkat(Libc.AT_FDCWD, "/proc/self/fd/" + file.number(), name);
    if (linked == -Errno.EEXIST) {
      return false;
    }
    SystemCallException.check(linked, "linkat", of(name));
    return true;
  }

  /**
   * Removes a name.
   *
   * @param name the name
   * @return false if there was none
   */
  public boolean unlink(String name) {
    MemorySegment state = Native.state();
    int unlinked;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      unlinked =
          Native.result((int) UNLINKAT.invokeExact(state, descriptor.number(), text, 0), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    if (unlinked == -Errno.ENOENT) {
      return false;
    }
    SystemCallException.check(unlinked, "unlink", of(name));
    return true;
  }

  /**
   * Sets the permission bits of what a name leads to; the umask has no say.
   *
   * @param name the name
   * @param permissions the bits
   */
  public void setPermissions(String name, int permissions) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      int number = descriptor.number();
      int done =
          Native.result((int) FCHMODAT.invokeExact(state, number, text, permissions, 0), state);
      SystemCallException.check(done, "chmod", of(name));
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Moves a name inside this directory, at once; whatever had the new name is replaced.
   *
   * @param from the old name
   * @param to the new name
   * @return false if there was nothing of the old name
   */
  public boolean rename(String from, String to) {
    MemorySegment state = Native.state();
    int renamed;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(from);
      MemorySegment target = arena.allocateFrom(to);
      int number = descriptor.number();
      renamed =
          Native.result((int) RENAMEAT.invokeExact(state, number, source, number, target), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    if (renamed == -Errno.ENOENT) {
      return false;
    }
    SystemCallException.check(renamed, "rename", of(from));
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
      throw new UncheckedIOException(
          new IOException("cannot list directory " + path + ": " + failure.getMessage(), failure));
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
      return FileStatus.read(descriptor.number(), name, Libc.AT_SYMLINK_NOFOLLOW, of(name));
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ENOENT) {
        return null;
      }
      throw failure;
    }
  }

  private int linkat(int sourceDirectory, String source, String name) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(source);
      MemorySegment to = arena.allocateFrom(name);
      return Native.result(
          (int)
              LINKAT.invokeExact(
                  state, sourceDirectory, from, descriptor.number(), to, Libc.AT_SYMLINK_FOLLOW),
          state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
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
