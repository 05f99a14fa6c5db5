package io.millrace.os;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A file that appears in a directory whole and locked, or not at all: it is written and locked
 * before it gets its name. A kill in between leaves nothing (or, where the file system has no
 * nameless files, a hidden one that anybody may remove because nobody locks it).
 *
 * <p>Used by one thread.
 */
public final class NewFile implements AutoCloseable {
  private final Directory directory;
  private final int permissions;
  private final Kind kind;
  private Consumer<Descriptor> content = file -> {};
  private String hiddenName;
  private Descriptor descriptor;

  /**
   * What all files of one kind have in common.
   *
   * @param lock the byte whose lock says that the owner of such a file lives
   * @param overrulesUmask whether the file gets all its permissions, whatever the umask says
   * @param hiddenName makes a name that was never used, for file systems without nameless files. A
   *     process that finds a file of such a name that nobody locks removes it
   * @param refusal makes what is thrown where the lock of a file would not be seen by its name,
   *     given a sentence that begins with the path of the directory
   */
  public record Kind(
      long lock,
      boolean overrulesUmask,
      Supplier<String> hiddenName,
      Function<String, ? extends MillraceException> refusal) {}

  /**
   * Makes an empty file without a name, and locks it.
   *
   * @param directory where it is to have a name later
   * @param permissions its permission bits
   * @param kind what kind of file it is
   * @throws SystemCallException if it cannot be made
   * @throws MillraceException if another process locked it at once; nobody who means well does
   */
  public NewFile(Directory directory, int permissions, Kind kind) {
    this.directory = directory;
    this.permissions = permissions;
    this.kind = kind;
    create();
  }

  /**
   * Says what is to be in the file when it gets its name.
   *
   * @param how writes it, here and once more if the file has to be made anew
   */
  public void write(Consumer<Descriptor> how) {
    content = how;
    how.accept(descriptor);
  }

  /**
   * Gives the file its name.
   *
   * @param name the name
   * @return false if the name is taken
   * @throws SystemCallException if that fails for another reason
   * @throws MillraceException what {@link Kind#refusal} makes
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

  /**
   * Tells whether the file has a hidden name, for want of nameless files, or had one: then files of
   * killed processes may lie here, too.
   *
   * @return false if it has none and never had
   */
  public boolean hadHiddenName() {
    return hiddenName != null;
  }

  /** Two names of one file are two files in some file systems, and then the lock is on one only. */
  private void requireSameFile(String name) {
    FileStatus linked = directory.statusOf(name);
    if (linked == null || !linked.isSameFile(descriptor.status()) || !isSeenAsLocked(name)) {
      directory.unlink(name);
      throw kind.refusal.apply(
          directory.path()
              + " is on a file system without nameless files and real hard links, as with FUSE: put"
              + " it on tmpfs, for example under /run or /dev/shm");
    }
  }

  private boolean isSeenAsLocked(String name) {
    try (Descriptor named = directory.openFile(name, false)) {
      return named != null && OfdLock.isHeldByAnother(named, kind.lock);
    }
  }

  /**
   * Hands the locked file over.
   *
   * @return the file, owned by the caller
   */
  public Descriptor take() {
    Descriptor taken = descriptor;
    descriptor = null;
    return taken;
  }

  private void create() {
    Descriptor created = directory.createNamelessFile(permissions);
    if (created == null) {
      hiddenName = kind.hiddenName.get();
      created = directory.createFile(hiddenName, permissions);
    }
    descriptor = created;
    try {
      if (kind.overrulesUmask) {
        created.setPermissions(permissions);
      }
      if (!OfdLock.tryLock(created, kind.lock)) {
        throw new MillraceException(
            created + " was locked by another process before its birth: keep others out of there");
      }
      content.accept(created);
    } catch (RuntimeException | Error failure) {
      close();
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
