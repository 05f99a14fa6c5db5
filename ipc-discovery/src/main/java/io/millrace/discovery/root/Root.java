package io.millrace.discovery.root;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.RootException;
import io.millrace.os.CallResult;
import io.millrace.os.Credentials;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileStatus;
import io.millrace.os.Platform;
import io.millrace.os.UserNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Finds, makes and checks the directory of the registry. */
public final class Root {
  private static final int PRIVATE = 0700;
  private static final int OTHERS_WRITE = 0002;
  private static final int GROUP_WRITE = 0020;
  private static final int SET_GROUP_ID = 02000;
  private static final int STICKY = 01000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SUPERUSER = 0;

  private static final Path SYSTEM = Path.of("/run/millrace");

  private Root() {}

  /** The directory that processes of this user agree on without being told. */
  public static Path choose(UnaryOperator<String> environment) {
    String explicit = environment.apply("MILLRACE_DIR");
    if (explicit != null && !explicit.isEmpty()) {
      return named("MILLRACE_DIR", explicit).toAbsolutePath();
    }
    String runtime = environment.apply("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty() && isOwnDirectory(runtime)) {
      return named("XDG_RUNTIME_DIR", runtime).resolve("millrace");
    }
    if (Files.isDirectory(SYSTEM) && Files.isWritable(SYSTEM)) {
      return SYSTEM;
    }
    Platform.check();
    return Path.of("/dev/shm/millrace-" + Credentials.uid());
  }

  private static Path named(String variable, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException unspeakable) {
      throw new RootException(
          "registry root "
              + text
              + " of "
              + variable
              + " cannot be told to the kernel, because this JVM writes file names in "
              + System.getProperty("sun.jnu.encoding")
              + ": start it with LC_ALL=C.UTF-8 or another UTF-8 locale",
          unspeakable);
    }
  }

  /** Tells whether the chosen directory is one that nobody but Millrace makes. */
  public static boolean isTemporary(UnaryOperator<String> environment) {
    String explicit = environment.apply("MILLRACE_DIR");
    return (explicit == null || explicit.isEmpty()) && !choose(environment).equals(SYSTEM);
  }

  /** After su or sudo the variable often still names the directory of the other user. */
  private static boolean isOwnDirectory(String path) {
    FileStatus status = FileStatus.behind(named("XDG_RUNTIME_DIR", path));
    return status != null && status.isDirectory() && status.uid() == Credentials.uid();
  }

  /**
   * Opens the directory, and makes it first where only its last part is missing.
   *
   * @throws RootException if it cannot be obtained or trusted
   */
  static Directory open(Path path) {
    try {
      return checked(path, openOrMake(path));
    } catch (IllegalArgumentException unspeakable) {
      throw new RootException("registry root: " + unspeakable.getMessage(), unspeakable);
    }
  }

  /**
   * Opens the directory if it is there. Makes nothing.
   *
   * @return {@code null} if there is none
   * @throws RootException if it cannot be obtained or trusted
   */
  public static Directory find(Path path) {
    try {
      return checked(path, Directory.open(path));
    } catch (IllegalArgumentException unspeakable) {
      throw new RootException("registry root: " + unspeakable.getMessage(), unspeakable);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ENOENT) {
        return null;
      }
      throw refusal(path, failure);
    }
  }

  private static Directory checked(Path path, Directory directory) {
    try {
      requireTrustworthy(path, directory.descriptor().status());
      return directory;
    } catch (RuntimeException | Error failure) {
      directory.close();
      throw failure;
    }
  }

  /** Tells whether a group shares the directory, and not one user alone has it. */
  public static boolean isShared(FileStatus status) {
    return (status.permissions() & GROUP_WRITE) != 0;
  }

  /** Tells whether only the owner of a file, or of the directory, may remove it. */
  public static boolean isSticky(FileStatus status) {
    return (status.permissions() & STICKY) != 0;
  }

  private static Directory openOrMake(Path path) {
    long start = System.nanoTime();
    while (true) {
      try {
        if (FileStatus.ofPath(path.toString()) == null) {
          Directory.make(path, PRIVATE);
        }
        return Directory.open(path);
      } catch (SystemCallException failure) {
        // Its last user may remove it between the two calls; then it is made again.
        boolean removed = failure.errno() == Errno.ENOENT && failure.call().equals("open");
        boolean mayBeInTheMaking =
            failure.errno() == Errno.EACCES
                && isClosedToItsOwner(path)
                && System.nanoTime() - start < PATIENCE_NANOS;
        if (!removed && !mayBeInTheMaking) {
          throw refusal(path, failure);
        }
        Thread.yield();
      }
    }
  }

  /** So is one whose maker has a strict umask, until the maker corrects that in its next call. */
  private static boolean isClosedToItsOwner(Path path) {
    FileStatus status;
    try {
      status = FileStatus.ofPath(path.toString());
    } catch (SystemCallException unreachable) {
      return false;
    }
    return status != null
        && status.uid() == Credentials.uid()
        && (status.permissions() & PRIVATE) != PRIVATE;
  }

  public static RootException refusal(Path path, SystemCallException failure) {
    return new RootException(
        "registry root "
            + path
            + " "
            + (CallResult.isDenied(failure) ? closed(path) : unusable(path, failure)),
        failure);
  }

  private static String closed(Path path) {
    return "is closed to uid "
        + Credentials.uid()
        + (isClosedToItsOwner(path)
            ? ", which owns it: run chmod 0700 on it"
            : ": give another path, for example in MILLRACE_DIR");
  }

  private static String unusable(Path path, SystemCallException failure) {
    return switch (failure.errno()) {
      case Errno.ENOENT -> "does not exist and neither does its parent: create " + path.getParent();
      case Errno.ENOTDIR, Errno.ELOOP -> notADirectory(path);
      case Errno.ENAMETOOLONG ->
          "or a part of it is longer than the file system allows: give a shorter one";
      case Errno.EROFS ->
          "does not exist and cannot be made on a read-only file system: give another path,"
              + " for example in MILLRACE_DIR";
      default -> "cannot be opened (" + failure.getMessage() + ")";
    };
  }

  private static String notADirectory(Path path) {
    String words = "is no directory (symbolic links are not followed): give ";
    if (!Files.isSymbolicLink(path)) {
      return words + "another path or remove it";
    }
    try {
      return words + path.toRealPath() + ", which it leads to, or another path";
    } catch (IOException dangling) {
      return words + "another path, for it leads nowhere";
    }
  }

  private static void requireTrustworthy(Path path, FileStatus status) {
    String where = "registry root " + path + " ";
    int self = Credentials.uid();
    if (!UserNamespace.isKnown(status.uid())) {
      throw new RootException(
          where
              + "belongs to a user that has no number in this process's user namespace (uid_map "
              + UserNamespace.map()
              + "): map that user, or give another path, for example in MILLRACE_DIR");
    }
    if (status.uid() != self && status.uid() != SUPERUSER) {
      throw new RootException(
          where
              + "belongs to uid "
              + status.uid()
              + ", not to uid "
              + self
              + " of this process: give another path, for example in MILLRACE_DIR");
    }
    int mode = status.permissions();
    // Never for one that belongs to all, such as /tmp, where others would be locked out.
    boolean changeable = status.uid() == self && (mode & STICKY) == 0;
    String ownInIt =
        "name a directory of your own in it, for example " + path.resolve("millrace-" + self);
    if ((mode & OTHERS_WRITE) != 0) {
      throw new RootException(
          where
              + "can be written by everybody: "
              + (changeable ? "run chmod 0700 on it" : ownInIt));
    }
    if ((mode & GROUP_WRITE) != 0 && (mode & SET_GROUP_ID) == 0) {
      throw new RootException(
          where
              + "can be written by its group: "
              + (changeable
                  ? "run chmod 0700 on it or, if the group shall share it, chmod 2770"
                  : ownInIt));
    }
  }

  /** Tells whether the path of a directory leads to it still. */
  static boolean isInPlace(Directory directory) {
    return directory.is(FileStatus.ofPath(directory.path().toString()));
  }

  /**
   * Refuses to go on in a directory that its path does not lead to any more: nobody who comes later
   * would find what is published there, nor be found.
   */
  public static void requireInPlace(Directory directory) {
    FileStatus now = FileStatus.ofPath(directory.path().toString());
    if (!directory.is(now)) {
      throw new RootException(
          "registry root "
              + directory.path()
              + (now == null ? " was removed or moved away" : " was replaced by another directory")
              + " while it was in use: close this registry and open it again; if something cleans"
              + " up there, put the root elsewhere, for example under /run");
    }
  }

  /** Says why a file cannot be made in the directory. */
  public static DiscoveryException unwritable(Directory directory, SystemCallException failure) {
    if (!isInPlace(directory)) {
      // Whatever the file system calls it: tmpfs says ENOENT, others make files that nobody finds.
      try {
        requireInPlace(directory);
      } catch (RootException gone) {
        gone.addSuppressed(failure);
        return gone;
      }
    }
    String where = "registry root " + directory.path() + " ";
    if (failure.errno() == Errno.EROFS) {
      return new RootException(
          where + "is on a read-only file system: give another path, for example in MILLRACE_DIR",
          failure);
    }
    return new RootException(
        CallResult.isDenied(failure)
            ? where
                + "cannot be written by uid "
                + Credentials.uid()
                + ": give another path, for example in MILLRACE_DIR"
            : where + "cannot be written (" + failure.getMessage() + ")",
        failure);
  }
}
