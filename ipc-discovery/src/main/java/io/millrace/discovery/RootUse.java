package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import io.millrace.os.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Lets the last process that uses a directory of Millrace's own choice remove it, so that nothing
 * is left behind, and never under somebody who uses it: everyone who has it open shares a lock on
 * it.
 */
final class RootUse {
  private RootUse() {}

  /** Opens and checks the directory, and makes it if it is missing. */
  static Directory open(Path path) {
    return share(path, Root::open);
  }

  /** Opens and checks the directory if it is there, else returns {@code null}. */
  static Directory find(Path path) {
    return share(path, Root::find);
  }

  private static Directory share(Path path, Function<Path, Directory> opener) {
    while (true) {
      Directory directory = opener.apply(path);
      if (directory == null) {
        return null;
      }
      try {
        DirectoryLock.share(directory);
        // Between opening and locking its last user may have removed it.
        FileStatus now = FileStatus.ofPath(path.toString());
        if (now != null && now.isSameFile(directory.descriptor().status())) {
          return directory;
        }
      } catch (RuntimeException | Error failure) {
        directory.close();
        throw failure;
      }
      directory.close();
    }
  }

  /**
   * Closes the directory. The last user of an empty one removes the file of turns, which would be
   * the only thing left behind, and then the directory itself if that is wanted.
   */
  static void close(Directory directory, boolean remove) {
    try {
      if (DirectoryLock.tryExclusive(directory)) {
        // A dead process may have left its record there: the next one must get a higher generation.
        if (directory.names().equals(List.of(HiddenNames.TURNS))) {
          directory.unlink(HiddenNames.TURNS);
        }
        if (remove) {
          Files.delete(directory.path());
        }
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException fine) {
      // A dead process has left its record there, or somebody removed the directory by hand.
      return;
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "cannot remove the unused registry root " + directory.path(), failure);
    } finally {
      directory.close();
    }
  }
}
