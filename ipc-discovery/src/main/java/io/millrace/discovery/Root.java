package io.millrace.discovery;

import io.millrace.os.Credentials;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileStatus;
import io.millrace.os.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Finds, makes and checks the directory of the registry. */
final class Root {
  private static final int PRIVATE = 0700;
  private static final int OTHERS_WRITE = 0002;
  private static final int GROUP_WRITE = 0020;
  private static final int SET_GROUP_ID = 02000;
  private static final int SUPERUSER = 0;

  private static final Path SYSTEM = Path.of("/run/millrace");

  private Root() {}

  /** The directory that processes of this user agree on without being told. */
  static Path choose(UnaryOperator<String> environment) {
    String explicit = environment.apply("MILLRACE_DIR");
    if (explicit != null && !explicit.isEmpty()) {
      return Path.of(explicit).toAbsolutePath();
    }
    String runtime = environment.apply("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty() && isOwnDirectory(runtime)) {
      return Path.of(runtime, "millrace");
    }
    if (Files.isDirectory(SYSTEM) && Files.isWritable(SYSTEM)) {
      return SYSTEM;
    }
    return Path.of("/dev/shm/millrace-" + Credentials.uid());
  }

  /** Tells whether the chosen directory is one that nobody but Millrace makes. */
  static boolean isTemporary(UnaryOperator<String> environment) {
    String explicit = environment.apply("MILLRACE_DIR");
    return (explicit == null || explicit.isEmpty()) && !choose(environment).equals(SYSTEM);
  }

  /** After su or sudo the variable often still names the directory of the other user. */
  private static boolean isOwnDirectory(String path) {
    FileStatus status = FileStatus.ofPath(path);
    return status != null && status.isDirectory() && status.uid() == Credentials.uid();
  }

  /**
   * Opens the directory, and makes it first where only its last part is missing.
   *
   * @throws RootException if it cannot be had or be trusted
   */
  static Directory open(Path path) {
    return checked(path, openOrMake(path));
  }

  /**
   * Opens the directory if it is there. Makes nothing.
   *
   * @return {@code null} if there is none
   * @throws RootException if it cannot be had or be trusted
   */
  static Directory find(Path path) {
    try {
      return checked(path, Directory.open(path));
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
  static boolean isShared(FileStatus status) {
    return (status.permissions() & GROUP_WRITE) != 0;
  }

  private static Directory openOrMake(Path path) {
    while (true) {
      try {
        if (FileStatus.ofPath(path.toString()) == null) {
          Directory.make(path, PRIVATE);
        }
        return Directory.open(path);
      } catch (SystemCallException failure) {
        // Its last user may remove it between the two calls; then it is made again.
        boolean removed = failure.errno() == Errno.ENOENT && failure.call().equals("open");
        if (!removed) {
          throw refusal(path, failure);
        }
      }
    }
  }

  static RootException refusal(Path path, SystemCallException failure) {
    String cause =
        switch (failure.errno()) {
          case Errno.ENOENT ->
              "does not exist and neither does its parent: create " + path.getParent();
          case Errno.ENOTDIR, Errno.ELOOP ->
              "is no directory (symbolic links are not followed): give another path or remove it";
          case Errno.EROFS ->
              "does not exist and cannot be made on a read-only file system: give another path,"
                  + " for example in MILLRACE_DIR";
          case Errno.EACCES, Errno.EPERM ->
              "is closed to uid "
                  + Credentials.uid()
                  + ": give another path, for example in MILLRACE_DIR";
          default -> "cannot be opened (" + failure.getMessage() + ")";
        };
    return new RootException("registry root " + path + " " + cause, failure);
  }

  private static void requireTrustworthy(Path path, FileStatus status) {
    String where = "registry root " + path + " ";
    int self = Credentials.uid();
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
    if ((mode & OTHERS_WRITE) != 0) {
      throw new RootException(where + "can be written by everybody: run chmod 0700 on it");
    }
    if ((mode & GROUP_WRITE) != 0 && (mode & SET_GROUP_ID) == 0) {
      throw new RootException(
          where
              + "can be written by its group: run chmod 0700 on it or, if the group shall share it,"
              + " chmod 2770");
    }
  }

  /** Says why a file cannot be made in the directory. */
  static DiscoveryException unwritable(Directory directory, SystemCallException failure) {
    String where = "registry root " + directory.path() + " ";
    return switch (failure.errno()) {
      case Errno.EROFS ->
          new RootException(
              where
                  + "is on a read-only file system: give another path, for example in"
                  + " MILLRACE_DIR",
              failure);
      case Errno.EACCES, Errno.EPERM ->
          new RootException(
              where
                  + "cannot be written by uid "
                  + Credentials.uid()
                  + ": give another path, for example in MILLRACE_DIR",
              failure);
      case Errno.ENOENT ->
          new RootException(where + "was removed while it was in use: open it again", failure);
      default ->
          new RootException(where + "cannot be written (" + failure.getMessage() + ")", failure);
    };
  }
}
