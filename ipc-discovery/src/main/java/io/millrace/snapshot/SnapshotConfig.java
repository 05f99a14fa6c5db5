package io.millrace.snapshot;

/**
 * The shape of a snapshot file, which its first writer fixes for the life of the file.
 *
 * <p>Immutable. Room is taken only by the buffers that are used, and only as much as the values
 * that were written to them needed.
 *
 * @param readers how many readers may be open at once, 1 to 4096
 * @param buffers how many values the file can hold, 2 to 1023. With {@code readers + 2}, the
 *     default, the writer never waits for a reader and an unchanged value is read by one load; with
 *     fewer, readers that take their time can make a write fail.
 * @param maximumLength how long a value may become, in bytes, 0 to 2 GiB less 65 bytes
 * @param permissions the permission bits of the file, less the umask
 * @param wakesReadOnlyReaders true if every write makes one system call, so that readers without
 *     write permission can wait for it too
 */
public record SnapshotConfig(
    int readers, int buffers, long maximumLength, int permissions, boolean wakesReadOnlyReaders) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public SnapshotConfig {
    check("readers", readers, 1, SnapshotLayout.MAX_READERS);
    check("buffers", buffers, 2, SnapshotLayout.MAX_BUFFERS);
    check("maximumLength", maximumLength, 0, SnapshotLayout.MAX_VALUE_LENGTH);
    check("permissions", permissions, 0, 0777);
  }

  /**
   * 16 readers, 18 buffers, values up to 1 MiB, readable and writable by the owner only.
   *
   * @return the defaults
   */
  public static SnapshotConfig defaults() {
    return new SnapshotConfig(16, 18, 1 << 20, 0600, false);
  }

  /**
   * Another number of readers, and enough buffers that nobody waits.
   *
   * @param count how many readers may be open at once, 1 to 1021
   * @return the changed copy
   */
  public SnapshotConfig withReaders(int count) {
    return new SnapshotConfig(count, count + 2, maximumLength, permissions, wakesReadOnlyReaders);
  }

  /**
   * Another number of buffers.
   *
   * @param count how many values the file can hold, 2 to 1023
   * @return the changed copy
   */
  public SnapshotConfig withBuffers(int count) {
    return new SnapshotConfig(readers, count, maximumLength, permissions, wakesReadOnlyReaders);
  }

  /**
   * Another limit on values.
   *
   * @param bytes how long a value may become
   * @return the changed copy
   */
  public SnapshotConfig withMaximumLength(long bytes) {
    return new SnapshotConfig(readers, buffers, bytes, permissions, wakesReadOnlyReaders);
  }

  /**
   * Other permissions. Readers that may not write to the file copy the value.
   *
   * @param bits for example 0644 (octal)
   * @return the changed copy
   */
  public SnapshotConfig withPermissions(int bits) {
    return new SnapshotConfig(readers, buffers, maximumLength, bits, wakesReadOnlyReaders);
  }

  /**
   * Lets readers without write permission wait, for one system call at every write.
   *
   * @param wakes true to wake them
   * @return the changed copy
   */
  public SnapshotConfig withWakesReadOnlyReaders(boolean wakes) {
    return new SnapshotConfig(readers, buffers, maximumLength, permissions, wakes);
  }

  private static void check(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be from " + low + " to " + high);
    }
  }
}
