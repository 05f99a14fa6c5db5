package io.millrace.discovery.record;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.Root;
import io.millrace.discovery.root.TurnsLayout;
import io.millrace.os.CallResult;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import java.util.List;

/**
 * Tells which files in the registry's directory belong to dead processes. Removes none.
 *
 * <p>What does not carry a mark of Millrace is nobody's leftover, whatever its name: it is left to
 * the one who put it there. Hidden names may also be empty: that is all that a process can leave
 * that is killed between making a file and writing to it, and there is nothing in it to be lost.
 */
public final class Leftovers {
  private static final int MARK_SIZE = 8;

  private final Directory directory;

  public Leftovers(Directory directory) {
    this.directory = directory;
  }

  /**
   * Looks at all names.
   *
   * @return those that belong to dead processes, in no order
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public List<String> names() {
    Root.requireInPlace(directory);
    return directory.names().stream().filter(this::contain).toList();
  }

  /**
   * Looks at one name.
   *
   * @return false also if it cannot be looked at
   */
  public boolean contain(String name) {
    try {
      if (Service.isName(name)) {
        return isDeadRecord(name);
      }
      return HiddenNames.isHidden(name) && isDeadHidden(name);
    } catch (SystemCallException failure) {
      if (CallResult.isShortage(failure)) {
        throw failure;
      }
      return false;
    }
  }

  private boolean isDeadRecord(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      return file != null && file.isRecord() && !file.isPublisherAlive();
    } catch (RecordException unreadable) {
      return false;
    }
  }

  private boolean isDeadHidden(String name) {
    // Not opened to find out: opening a device can have effects.
    FileStatus status = directory.statusOf(name);
    if (status == null) {
      return false;
    }
    if (HiddenNames.isSocket(name)) {
      return (status.isSocket() || isEmpty(status)) && !isLocked(HiddenNames.serverOf(name));
    }
    if (HiddenNames.isServer(name)) {
      return isEmpty(status) && !isLocked(name);
    }
    return status.isRegularFile()
        && (isEmpty(status) || isMarked(name))
        && (HiddenNames.isDead(name) || !isLocked(name));
  }

  private static boolean isEmpty(FileStatus status) {
    return status.isRegularFile() && status.size() == 0;
  }

  private boolean isMarked(String name) {
    try (Descriptor file = directory.openFile(name, false)) {
      if (file == null || !file.status().isRegularFile()) {
        return false;
      }
      byte[] start = FileContent.readOnce(file, MARK_SIZE);
      return RecordLayout.isMarked(start) || TurnsLayout.isMarked(start);
    }
  }

  private boolean isLocked(String name) {
    FileStatus status = directory.statusOf(name);
    if (status == null || !status.isRegularFile()) {
      return status != null;
    }
    try (Descriptor file = directory.openFile(name, false)) {
      return file != null && OfdLock.isHeldByAnother(file, RecordLayout.PUBLISHER_LOCK);
    }
  }
}
