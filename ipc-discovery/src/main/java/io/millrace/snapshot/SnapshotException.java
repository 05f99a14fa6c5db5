package io.millrace.snapshot;

import io.millrace.MillraceException;
import java.nio.file.Path;

/**
 * Thrown when something about a snapshot is not as it must be. Each kind has a class of its own.
 */
public abstract sealed class SnapshotException extends MillraceException {
  private static final long serialVersionUID = 1L;

  private SnapshotException(String message, Throwable cause) {
    super(message, cause);
  }

  private SnapshotException(String message) {
    this(message, null);
  }

  /** Nothing was written yet: there is no file, or no value in it. */
  public static final class NothingWritten extends SnapshotException {
    private static final long serialVersionUID = 1L;

    NothingWritten(Path path) {
      super(
          "nothing was written to the snapshot " + path + " yet; start its writer first, or wait");
    }
  }

  /** The file is something else. It was left alone. */
  public static final class NotASnapshot extends SnapshotException {
    private static final long serialVersionUID = 1L;

    NotASnapshot(Path path) {
      super(path + " is not a snapshot; choose another path, or remove it");
    }
  }

  /** The file has a layout that this release does not know. It was left alone. */
  public static final class OtherVersion extends SnapshotException {
    private static final long serialVersionUID = 1L;

    OtherVersion(Path path, int version) {
      super(
          "the snapshot "
              + path
              + " has layout version "
              + version
              + ", this release knows version "
              + SnapshotLayout.MAJOR_VERSION
              + "; use the same release everywhere");
    }
  }

  /** The file exists with another shape than the one asked for. */
  public static final class OtherShape extends SnapshotException {
    private static final long serialVersionUID = 1L;

    OtherShape(Path path, Object found, Object wanted) {
      super(
          "the snapshot "
              + path
              + " exists with "
              + found
              + ", not "
              + wanted
              + "; remove it, or open it without options");
    }
  }

  /** There is a writer already, and it is alive. */
  public static final class SecondWriter extends SnapshotException {
    private static final long serialVersionUID = 1L;

    /** The process. */
    private final int pid;

    SecondWriter(Path path, int pid) {
      super("the snapshot " + path + " has a writer already, process " + pid);
      this.pid = pid;
    }

    /**
     * The writer that is there.
     *
     * @return its process, in its own pid namespace; 0 if it has not said so yet
     */
    public int pid() {
      return pid;
    }
  }

  /** Every reader slot is taken by a live reader. */
  public static final class TooManyReaders extends SnapshotException {
    private static final long serialVersionUID = 1L;

    TooManyReaders(Path path, int readers) {
      super(
          "all "
              + readers
              + " reader slots of the snapshot "
              + path
              + " are taken; close readers, or make the file anew with more");
    }
  }

  /** A live reader holds the buffer that the write needed. Nothing was published. */
  public static final class SlowReader extends SnapshotException {
    private static final long serialVersionUID = 1L;

    /** The process. */
    private final int pid;

    SlowReader(Path path, int pid, long version, String howLong, int enough) {
      super(
          "the reader in process "
              + pid
              + " has held version "
              + version
              + " of the snapshot "
              + path
              + howLong
              + "; let it close what it reads, or make the file anew with "
              + enough
              + " buffers");
      this.pid = pid;
    }

    /**
     * One of the readers that are in the way.
     *
     * @return its process, in its own pid namespace
     */
    public int pid() {
      return pid;
    }
  }

  /** The value is longer than the file allows. Nothing was published. */
  public static final class TooLong extends SnapshotException {
    private static final long serialVersionUID = 1L;

    TooLong(Path path, long length, long maximum) {
      super(
          "a value of up to "
              + length
              + " bytes does not fit the snapshot "
              + path
              + ", which was made for "
              + maximum);
    }
  }

  /** The file system has no room for the value. Nothing was published. */
  public static final class NoSpace extends SnapshotException {
    private static final long serialVersionUID = 1L;

    NoSpace(Path path, long length, Throwable cause) {
      super(
          "no room for " + length + " bytes of the snapshot " + path + ": " + cause.getMessage(),
          cause);
    }
  }

  /** The path leads to another file by now, or to none: this handle's file gets no new values. */
  public static final class Replaced extends SnapshotException {
    private static final long serialVersionUID = 1L;

    Replaced(Path path) {
      super("the snapshot " + path + " was removed or replaced since it was opened; open it again");
    }
  }

  /** The operation needs write permission on the file. */
  public static final class ReadOnly extends SnapshotException {
    private static final long serialVersionUID = 1L;

    ReadOnly(Path path, String operation) {
      super(
          operation
              + " needs write permission on the snapshot "
              + path
              + ", or a file made with wakingReadOnlyReaders");
    }
  }
}
