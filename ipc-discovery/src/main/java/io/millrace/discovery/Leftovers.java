package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.OfdLock;

/** Tells which files in the registry's directory belong to dead processes. Removes none. */
final class Leftovers {
  private final Directory directory;

  Leftovers(Directory directory) {
    this.directory = directory;
  }

  boolean contain(String name) {
    if (HiddenNames.isService(name)) {
      return isDeadRecord(name);
    }
    if (HiddenNames.isSocket(name)) {
      return !isLocked(HiddenNames.serverOf(name));
    }
    return HiddenNames.isDead(name)
        || (HiddenNames.isServer(name) || HiddenNames.isUnborn(name)) && !isLocked(name);
  }

  private boolean isDeadRecord(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      return file != null && !file.isPublisherAlive() && file.isRecord();
    } catch (RecordException unreadable) {
      return false;
    }
  }

  private boolean isLocked(String name) {
    try (Descriptor file = directory.openFile(name, false)) {
      return file != null && OfdLock.isHeldByAnother(file, RecordLayout.PUBLISHER_LOCK);
    }
  }
}
