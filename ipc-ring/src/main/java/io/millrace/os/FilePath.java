package io.millrace.os;

import io.millrace.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The path of a file, which means the same however it is spelled: the directory is the one that the
 * kernel finds by it, through links and dots, and the file is the one that has the last name there.
 * A link in the place of the file itself is not followed: the maker of the link would decide which
 * file is written to.
 *
 * <p>Any thread may use it.
 */
public final class FilePath {
  private final Path path;
  private final Path parent;
  private final String name;

  private FilePath(Path path) {
    this.path = path;
    this.parent = path.getParent();
    this.name = path.getFileName().toString();
  }

  /**
   * Takes a path apart.
   *
   * @param path the path, absolute or not
   * @return its directory and name
   * @throws IllegalArgumentException if it names no file, or cannot be told to the kernel
   */
  public static FilePath of(Path path) {
    Path absolute = path.toAbsolutePath();
    Path last = path.getFileName();
    String name = last == null ? "" : last.toString();
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(
          "\"" + path + "\" names a directory and no file: add the name of a file");
    }
    PathText.of(absolute);
    return new FilePath(absolute);
  }

  /**
   * The path.
   *
   * @return the path as it was spelled, made absolute
   */
  public Path path() {
    return path;
  }

  /**
   * The name of the file in its directory.
   *
   * @return the last part of the path
   */
  public String name() {
    return name;
  }

  /**
   * Opens the directory that the file is in or would be in.
   *
   * @return the directory, owned by the caller
   * @throws SystemCallException ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG; {@link #explain} has
   *     words for it
   */
  public Directory openDirectory() {
    return Directory.openBehind(parent);
  }

  /**
   * Tells whether the path still leads into a directory that was opened by it.
   *
   * @param directory the directory
   * @return false if it was removed, moved or replaced, or a link on the way leads elsewhere
   */
  public boolean isIn(Directory directory) {
    return directory.is(FileStatus.behind(parent));
  }

  /**
   * Tells whether there is a directory for the file.
   *
   * @return false if the path leads to none
   */
  public boolean hasDirectory() {
    FileStatus now = FileStatus.behind(parent);
    return now != null && now.isDirectory();
  }

  /**
   * Says what a failure to get at the file means, and what helps.
   *
   * @param failure what the kernel said
   * @return a sentence without the end of it; the message of the failure where there is none better
   */
  public String explain(SystemCallException failure) {
    if (CallResult.isDenied(failure)) {
      return path
          + " is closed to uid "
          + Credentials.uid()
          + ": run as the user whose file it is, or change the permissions of it and its"
          + " directories";
    }
    return switch (failure.errno()) {
      case Errno.ENOENT ->
          "the directory of "
              + path
              + (Files.isSymbolicLink(parent)
                  ? " is a link that leads nowhere: correct " + parent
                  : " does not exist: create " + parent);
      case Errno.ENOTDIR -> parent + ", where " + path + " should be, is no directory";
      case Errno.ELOOP ->
          path
              + " is a symbolic link, or is reached by links that lead in a circle: give the path"
              + " of the file itself";
      case Errno.ENAMETOOLONG ->
          path + " or a part of it is longer than the file system allows: give a shorter one";
      case Errno.EROFS -> path + " is on a read-only file system: give another path";
      case Errno.EISDIR, Errno.ENXIO, Errno.ENODEV ->
          path + " is no regular file: give another path";
      default -> failure.getMessage();
    };
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
