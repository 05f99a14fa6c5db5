package io.millrace.discovery.root;

import io.millrace.MillraceException;
import io.millrace.discovery.model.RootException;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.LockHolders;
import io.millrace.os.Patience;
import java.io.IOException;
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
public final class RootUse {
  private RootUse() {}

  /** Opens and checks the directory, and makes it if it is missing. */
  public static Directory open(Path path) {
    return share(path, Root::open);
  }

  /** Opens and checks the directory if it is there, else returns {@code null}. */
  public static Directory find(Path path) {
    return share(path, Root::find);
  }

  private static Directory share(Path path, Function<Path, Directory> opener) {
    Patience patience = Patience.usual();
    while (true) {
      Directory directory = opener.apply(path);
      if (directory == null) {
        return null;
      }
      boolean shared = false;
      try {
        shared = tryShare(directory);
        if (shared) {
          return directory;
        }
        if (!patience.pause()) {
          throw inTheWay(directory);
        }
      } finally {
        if (!shared) {
          directory.close();
        }
      }
    }
  }

  private static boolean tryShare(Directory directory) {
    if (!DirectoryLock.tryShare(directory)) {
      return false;
    }
    // Between opening and locking its last user may have removed it.
    return Root.isInPlace(directory);
  }

  /**
   * Not only a process that closes the registry can have the lock, but anybody who may read the
   * root.
   */
  private static RootException inTheWay(Directory directory) {
    return new RootException(
        "registry root "
            + directory.path()
            + " has been locked (flock) by "
            + LockHolders.describe(directory.descriptor(), 0)
            + " for "
            + Patience.USUAL.toSeconds()
            + " s, which a process that closes a registry does for a moment only: resume or kill"
            + " that process; chmod o-rx on the directory if it is another user's");
  }

  /** Closes a directory, if there is one, whose use has failed. */
  public static void giveUp(Directory directory, boolean remove, Throwable failure) {
    try {
      if (directory != null) {
        close(directory, remove);
      }
    } catch (RuntimeException | Error closing) {
      failure.addSuppressed(closing);
    }
  }

  /**
   * Closes the directory. The last user of an empty one removes the file of turns, which would be
   * the only thing left behind, and then the directory itself if that is wanted.
   */
  public static void close(Directory directory, boolean remove) {
    try {
      if (DirectoryLock.tryExclusive(directory)) {
        // A dead process may have left its record there: the next one must get a higher generation.
        if (directory.names().equals(List.of(HiddenNames.TURNS)) && hasTurns(directory)) {
          directory.unlink(HiddenNames.TURNS);
        }
        // If it was removed by hand meanwhile, the path may lead to one of somebody else by now.
        if (remove && Root.isInPlace(directory)) {
          Files.delete(directory.path());
        }
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException fine) {
      // A dead process has left its record there, or somebody removed the directory by hand.
      return;
    } catch (IOException failure) {
      throw new MillraceException(
          "cannot remove the unused registry root " + directory.path(), failure);
    } finally {
      directory.close();
    }
  }

  /** Tells whether the directory has a file of turns, and not somebody's file of that name. */
  private static boolean hasTurns(Directory directory) {
    FileStatus status = directory.statusOf(HiddenNames.TURNS);
    if (status == null || !status.isRegularFile()) {
      return false;
    }
    try (Descriptor file = directory.openFile(HiddenNames.TURNS, false)) {
      return file != null && TurnsLayout.isMarked(FileContent.readOnce(file, Long.BYTES));
    }
  }
}
