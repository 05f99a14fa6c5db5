package io.millrace.discovery.record;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears in the registry's directory whole and locked, or not at all: it is written
 * and locked before it gets its name. A kill in between leaves nothing (or, where the file system
 * has no nameless files, a hidden one that anybody may remove because nobody locks it).
 */
public final class NewFile implements AutoCloseable {
  /** For file systems whose nameless files do not work as they should, and for tests. */
  private static final boolean NAMELESS =
      !"false".equals(System.getProperty("millrace.discovery.namelessFiles"));

  private final Directory directory;
  private final int permissions;
  private byte[] content = new byte[0];
  private String hiddenName;
  private Descriptor descriptor;

  public NewFile(Directory directory, int permissions) {
    this.directory = directory;
    this.permissions = permissions;
    create();
  }

  /** Says what is to be in the file when it gets its name. */
  public void write(byte[] bytes) {
    content = bytes;
    FileContent.write(descriptor, bytes);
  }

  /**
   * Gives the file its name.
   *
   * @return false if the name is taken
   */
  public boolean link(String name) {
    while (true) {
      try {
        boolean linked = directory.link(descriptor, name);
        if (linked && hiddenName != null) {
          requireSameFile(name);
          directory.unlink(hiddenName);
        }
        return linked;
      } catch (SystemCallException failure) {
        if (hiddenName == null || failure.errno() != Errno.ENOENT) {
          throw failure;
        }
        // A cleaner saw the hidden file in the moment before it was locked, and took it for dead.
        descriptor.close();
        create();
      }
    }
  }

  /** Two names of one file are two files in some file systems, and then the lock is on one only. */
  private void requireSameFile(String name) {
    FileStatus linked = directory.statusOf(name);
    if (linked == null || !linked.isSameFile(descriptor.status()) || !isSeenAsLocked(name)) {
      directory.unlink(name);
      throw new RootException(
          "registry root "
              + directory.path()
              + " is on a file system without nameless files and real hard links, as with FUSE: put"
              + " it on tmpfs, for example under /run or /dev/shm");
    }
  }

  private boolean isSeenAsLocked(String name) {
    try (Descriptor named = directory.openFile(name, false)) {
      return named != null && OfdLock.isHeldByAnother(named, RecordLayout.PUBLISHER_LOCK);
    }
  }

  /** Hands the locked descriptor over. */
  public Descriptor take() {
    Descriptor taken = descriptor;
    descriptor = null;
    return taken;
  }

  private void create() {
    Descriptor created = createNameless();
    if (created == null) {
      hiddenName = HiddenNames.unborn(ThreadLocalRandom.current().nextLong());
      created = directory.createFile(hiddenName, permissions);
    }
    descriptor = created;
    try {
      created.setPermissions(permissions);
      if (!OfdLock.tryLock(created, RecordLayout.PUBLISHER_LOCK)) {
        throw new DiscoveryException(created + " was locked by another process before its birth");
      }
      FileContent.write(created, content);
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private Descriptor createNameless() {
    if (!NAMELESS) {
      return null;
    }
    try {
      return directory.createNamelessFile(permissions);
    } catch (SystemCallException failure) {
      int errno = failure.errno();
      if (errno == Errno.EOPNOTSUPP || errno == Errno.EISDIR || errno == Errno.EINVAL) {
        return null;
      }
      throw failure;
    }
  }

  /** Gives up a file that has not been taken. */
  @Override
  public void close() {
    if (descriptor != null) {
      if (hiddenName != null) {
        directory.unlink(hiddenName);
      }
      descriptor.close();
      descriptor = null;
    }
  }
}
