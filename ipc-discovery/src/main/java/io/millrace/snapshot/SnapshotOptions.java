package io.millrace.snapshot;

/**
 * The shape of a snapshot file, which its first writer fixes for the life of the file. Immutable;
 * start with {@link #defaults()} and refine, in any order. Any thread may use it.
 *
 * <p>Room is taken only by the buffers that are used, and only as much as the values that were
 * written to them needed.
 *
 * @param readers how many readers may be open at once, 1 to 4096
 * @param buffers how many values the file can hold, 2 to 1023. With {@code readers + 2}, which 0
 *     stands for, the writer never waits for a reader and an unchanged value is read by one load;
 *     with fewer, readers that take their time can make a write fail.
 * @param maximumLength how long a value may become, in bytes, 0 to 2 GiB less 65 bytes
 * @param permissions the permission bits of the file, less the umask
 * @param isWakingReadOnlyReaders true if every write makes one system call, so that readers without
 *     write permission can wait for it too
 */
public record SnapshotOptions(
    int readers,
    int buffers,
    long maximumLength,
    int permissions,
    boolean isWakingReadOnlyReaders) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range; also if there are too many
   *     readers for the buffers that they would need, and no number of buffers is given
   */
  public SnapshotOptions {
    check("readers", readers, 1, SnapshotLayout.MAX_READERS);
    check("buffers", bufferCount(readers, buffers), 2, SnapshotLayout.MAX_BUFFERS);
    check("maximumLength", maximumLength, 0, SnapshotLayout.MAX_VALUE_LENGTH);
    check("permissions", permissions, 0, 0777);
  }

  /**
   * 16 readers, 18 buffers, values up to 1 MiB, readable and writable by the owner only.
   *
   * @return the options
   */
  public static SnapshotOptions defaults() {
    return new SnapshotOptions(16, 0, 1 << 20, 0600, false);
  }

  /**
   * With another number of readers, and of buffers too, unless a number of those is given.
   *
   * @param value how many readers may be open at once, 1 to 4096; without a number of buffers 1 to
   *     1021
   * @return new options
   */
  public SnapshotOptions readers(int value) {
    return new SnapshotOptions(value, buffers, maximumLength, permissions, isWakingReadOnlyReaders);
  }

  /**
   * With another number of buffers.
   *
   * @param value how many values the file can hold, 2 to 1023; 0 for two more than readers
   * @return new options
   */
  public SnapshotOptions buffers(int value) {
    return new SnapshotOptions(readers, value, maximumLength, permissions, isWakingReadOnlyReaders);
  }

  /**
   * With another limit on values.
   *
   * @param value how long a value may become, in bytes
   * @return new options
   */
  public SnapshotOptions maximumLength(long value) {
    return new SnapshotOptions(readers, buffers, value, permissions, isWakingReadOnlyReaders);
  }

  /**
   * With other permissions. Readers that may not write to the file copy the value.
   *
   * @param value for example 0644 (octal)
   * @return new options
   */
  public SnapshotOptions permissions(int value) {
    return new SnapshotOptions(readers, buffers, maximumLength, value, isWakingReadOnlyReaders);
  }

  /**
   * Lets readers without write permission wait, for one system call at every write.
   *
   * @return new options
   */
  public SnapshotOptions wakingReadOnlyReaders() {
    return new SnapshotOptions(readers, buffers, maximumLength, permissions, true);
  }

  int bufferCount() {
    return bufferCount(readers, buffers);
  }

  private static int bufferCount(int readers, int buffers) {
    return buffers == 0 ? readers + 2 : buffers;
  }

  private static void check(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be from " + low + " to " + high);
    }
  }
}
