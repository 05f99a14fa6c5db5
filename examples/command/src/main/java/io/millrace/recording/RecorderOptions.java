package io.millrace.recording;

import io.millrace.ring.GroupOptions;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The options of a recorder. Immutable; for example:
 *
 * <pre>{@code
 * RecorderOptions.to(Path.of("/var/lib/desk/today")).keepAtMost(100L << 30)
 * }</pre>
 *
 * @param directory where the recording is; made if it does not exist
 * @param group the retained group that it reads in every ring
 * @param rolling how often it begins a new file
 * @param keepAtMost bytes of files beyond which the oldest finished ones are removed
 * @param leaveFree bytes that stay free on the file system
 * @param isLossy true to observe: it holds nobody back, and is told what it lost
 * @param isReleasedAtEnd true to remove the group when the recorder is closed, so that producers
 *     are not held back until it is started again
 * @param isStartingAtOldest true to begin, where it records for the first time, with what the ring
 *     still holds for others
 * @param listener is told what becomes of the recording
 */
public record RecorderOptions(
    Path directory,
    String group,
    Rolling rolling,
    long keepAtMost,
    long leaveFree,
    boolean isLossy,
    boolean isReleasedAtEnd,
    boolean isStartingAtOldest,
    RecorderListener listener) {
  /** Without another limit, files are never removed. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final String GROUP = "recorder";
  private static final long LEAVE_FREE = 1L << 30;

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if the group's name is not one, or a size is negative
   * @throws NullPointerException if something is null
   */
  public RecorderOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(rolling, "rolling");
    Objects.requireNonNull(listener, "listener");
    GroupOptions.named(group);
    if (keepAtMost < 0 || leaveFree < 0) {
      throw new IllegalArgumentException(
          "keepAtMost " + keepAtMost + " and leaveFree " + leaveFree + " cannot be negative");
    }
  }

  /**
   * Records to a directory: reads the group {@code recorder}, begins a file every hour, keeps all,
   * and leaves 1 GiB of the file system free.
   *
   * @param directory where
   * @return the options
   */
  public static RecorderOptions to(Path directory) {
    return new RecorderOptions(
        directory,
        GROUP,
        Rolling.HOURLY,
        UNLIMITED,
        LEAVE_FREE,
        false,
        false,
        false,
        RecorderListener.NONE);
  }

  /**
   * With another group. Two recordings of one ring need two groups.
   *
   * @param name its name
   * @return new options
   */
  public RecorderOptions group(String name) {
    return new RecorderOptions(
        directory,
        name,
        rolling,
        keepAtMost,
        leaveFree,
        isLossy,
        isReleasedAtEnd,
        isStartingAtOldest,
        listener);
  }

  /**
   * With files of another length.
   *
   * @param how how often to begin a new one
   * @return new options
   */
  public RecorderOptions rolling(Rolling how) {
    return new RecorderOptions(
        directory,
        group,
        how,
        keepAtMost,
        leaveFree,
        isLossy,
        isReleasedAtEnd,
        isStartingAtOldest,
        listener);
  }

  /**
   * With a limit: the oldest finished files are removed while all are larger than that.
   *
   * @param bytes how much is kept at most, as far as finished files go
   * @return new options
   */
  public RecorderOptions keepAtMost(long bytes) {
    return new RecorderOptions(
        directory,
        group,
        rolling,
        bytes,
        leaveFree,
        isLossy,
        isReleasedAtEnd,
        isStartingAtOldest,
        listener);
  }

  /**
   * With more or less room that is left to others.
   *
   * @param bytes how much of the file system stays free
   * @return new options
   */
  public RecorderOptions leaveFree(long bytes) {
    return new RecorderOptions(
        directory,
        group,
        rolling,
        keepAtMost,
        bytes,
        isLossy,
        isReleasedAtEnd,
        isStartingAtOldest,
        listener);
  }

  /**
   * As an observer, which holds nobody back, and notes in the recording what it lost.
   *
   * @return new options
   */
  public RecorderOptions lossy() {
    return new RecorderOptions(
        directory,
        group,
        rolling,
        keepAtMost,
        leaveFree,
        true,
        isReleasedAtEnd,
        isStartingAtOldest,
        listener);
  }

  /**
   * Removing its groups at the close. Without, they stay and keep what comes until the recorder is
   * started again, and hold producers back once their rings are full.
   *
   * @return new options
   */
  public RecorderOptions releasedAtEnd() {
    return new RecorderOptions(
        directory,
        group,
        rolling,
        keepAtMost,
        leaveFree,
        isLossy,
        true,
        isStartingAtOldest,
        listener);
  }

  /**
   * Beginning with what a ring still holds for others, where it is recorded for the first time.
   *
   * @return new options
   */
  public RecorderOptions startingAtOldest() {
    return new RecorderOptions(
        directory, group, rolling, keepAtMost, leaveFree, isLossy, isReleasedAtEnd, true, listener);
  }

  /**
   * With a listener.
   *
   * @param news is told what becomes of the recording
   * @return new options
   */
  public RecorderOptions listener(RecorderListener news) {
    return new RecorderOptions(
        directory,
        group,
        rolling,
        keepAtMost,
        leaveFree,
        isLossy,
        isReleasedAtEnd,
        isStartingAtOldest,
        news);
  }
}
