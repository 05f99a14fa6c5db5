package io.millrace.snapshot;

import io.millrace.MillraceException;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The hidden names that snapshot files have before their own, where the file system has no nameless
 * files. A writer that is killed meanwhile leaves one behind, for the next writer to remove.
 */
final class UnbornFiles {
  private static final Pattern NAME = Pattern.compile("\\.snapshot\\.[0-9a-f]{16}");

  private UnbornFiles() {}

  static String newName() {
    return String.format(".snapshot.%016x", ThreadLocalRandom.current().nextLong());
  }

  /**
   * Removes those of killed writers that can be looked at and removed; one more file costs nobody
   * anything.
   *
   * @param own the file of this writer: a hidden name beside its own is garbage, although locked
   */
  static void removeDead(Directory directory, FileStatus own) {
    try {
      for (String name : directory.names()) {
        if (NAME.matcher(name).matches() && isDead(directory, name, own)) {
          directory.unlink(name);
        }
      }
    } catch (MillraceException refused) {
      return; // Another user's, or the directory may not be listed.
    }
  }

  private static boolean isDead(Directory directory, String name, FileStatus own) {
    // Not opened to find out: opening a device can have effects.
    FileStatus status = directory.statusOf(name);
    if (status == null || !status.isRegularFile()) {
      return false;
    }
    if (own.isSameFile(status)) {
      return true;
    }
    try (Descriptor file = directory.openFile(name, false)) {
      return file != null
          && (status.size() == 0 || Geometry.isMarked(readStart(file)))
          && !OfdLock.isHeldByAnother(file, SnapshotLayout.WRITER_OFFSET);
    }
  }

  private static byte[] readStart(Descriptor file) {
    return FileContent.readOnce(file, SnapshotLayout.GEOMETRY_LENGTH);
  }
}
