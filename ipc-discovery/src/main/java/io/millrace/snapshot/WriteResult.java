package io.millrace.snapshot;

/**
 * What the last write of a {@link SnapshotWriter} did. The next write changes it. Used by the
 * thread that writes.
 */
public final class WriteResult {
  private int length;
  private long version;
  private boolean dropped;

  WriteResult() {}

  WriteResult set(int newLength, long newVersion, boolean newDropped) {
    length = newLength;
    version = newVersion;
    dropped = newDropped;
    return this;
  }

  /**
   * How long the value is.
   *
   * @return bytes written
   */
  public int length() {
    return length;
  }

  /**
   * The version that the value was published as: 1 for the first value of a file, one more for each
   * further one, whichever writer wrote it.
   *
   * @return the version
   */
  public long version() {
    return version;
  }

  /**
   * Tells whether the write had to take a buffer from a reader that had died while it held it.
   *
   * @return true if a dead reader's pin was dropped
   */
  public boolean droppedDeadReader() {
    return dropped;
  }

  @Override
  public String toString() {
    return "version " + version + ", " + length + " bytes" + (dropped ? ", dead reader" : "");
  }
}
