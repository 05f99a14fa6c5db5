package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Platform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file that tells whether somebody is alive: it counts as alive exactly while the process that
 * holds it lives and has not closed it. The kernel keeps the truth; nothing is sent, polled or
 * timed, and no pid is trusted. Processes that the holder starts do not inherit it.
 *
 * <p>The file stays when its holder ends, and remembers whether it ended well. Any thread may use
 * these methods.
 */
public final class Alive implements AutoCloseable {
  private final Descriptor file;
  private final LastRun lastRun;

  /** How the run of the last holder ended. */
  public enum LastRun {
    /** Nobody held this file before. */
    NONE,
    /** It closed the file. */
    CLEAN,
    /** It was killed, or ended without closing the file. */
    CRASHED
  }

  private Alive(Descriptor file, LastRun lastRun) {
    this.file = file;
    this.lastRun = lastRun;
  }

  /**
   * Becomes the holder of a file, which is made if it is missing.
   *
   * @param path the file; its directory must exist
   * @return the hold; close it to end well
   * @throws HeldException if another one holds it and lives
   */
  public static Alive hold(Path path) {
    return hold(path, Duration.ZERO, lastRun -> {});
  }

  /**
   * Becomes the holder of a file, which is made if it is missing. While another one holds it, waits
   * for its end, asleep in the kernel.
   *
   * @param path the file; its directory must exist
   * @param timeout how long to wait at most; zero refuses at once
   * @param onLastRun told once, by this thread, how the last holder ended: after that one is gone
   *     and before this method returns
   * @return the hold; close it to end well
   * @throws HeldException if another one still holds it when the time is over
   */
  public static Alive hold(Path path, Duration timeout, Consumer<LastRun> onLastRun) {
    Platform.check();
    try (AliveFile place = AliveFile.of(path)) {
      AliveFile.Held held = place.hold(timeout);
      if (held == null) {
        throw new HeldException(path);
      }
      try {
        onLastRun.accept(held.lastRun());
        return new Alive(held.file(), held.lastRun());
      } catch (RuntimeException | Error failure) {
        held.file().close();
        throw failure;
      }
    }
  }

  /**
   * Looks whether somebody holds a file. Makes nothing, takes nothing and disturbs nobody.
   *
   * @param path the file
   * @return false also if there is no such file
   */
  public static boolean isAlive(Path path) {
    Platform.check();
    if (!AliveFile.hasDirectory(path)) {
      return false;
    }
    try (AliveFile place = AliveFile.of(path)) {
      return place.isHeld();
    }
  }

  /**
   * Waits until somebody holds a file. Makes nothing; the calling thread sleeps in the kernel until
   * something happens to the file.
   *
   * @param path the file; its directory must exist
   * @param timeout how long at most
   * @return false if the time is over
   */
  public static boolean awaitAlive(Path path, Duration timeout) {
    Platform.check();
    try (AliveFile place = AliveFile.of(path)) {
      return place.await(place::isHeld, timeout);
    }
  }

  /**
   * Waits until nobody holds a file.
   *
   * @param path the file; its directory must exist
   * @param timeout how long at most
   * @return false if the time is over
   */
  public static boolean awaitEnd(Path path, Duration timeout) {
    Platform.check();
    try (AliveFile place = AliveFile.of(path)) {
      return place.await(() -> !place.isHeld(), timeout);
    }
  }

  /**
   * Tells how the last run ended. Makes nothing, takes nothing and disturbs nobody.
   *
   * @param path the file
   * @return the end of the last run, {@link LastRun#NONE} if there is no such file; empty while
   *     somebody holds it
   */
  public static Optional<LastRun> lastRunOf(Path path) {
    Platform.check();
    if (!AliveFile.hasDirectory(path)) {
      return Optional.of(LastRun.NONE);
    }
    try (AliveFile place = AliveFile.of(path)) {
      return Optional.ofNullable(place.lastRun());
    }
  }

  /**
   * How the holder before this one ended.
   *
   * @return the end of its run
   */
  public LastRun lastRun() {
    return lastRun;
  }

  /** Ends well: the next holder is told that this run was clean. Closing twice is no error. */
  @Override
  public synchronized void close() {
    if (!file.isClosed()) {
      AliveFile.markClean(file);
      file.close();
    }
  }

  /** Another one holds the file and lives. */
  public static final class HeldException extends DiscoveryException {
    private static final long serialVersionUID = 1L;

    HeldException(Path path) {
      super(path + " is held by another live holder");
    }
  }
}
