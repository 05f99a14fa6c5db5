package io.millrace.discovery;

import io.millrace.discovery.alive.AliveFile;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.LastRun;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.EndOfProcess;
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
 *
 * <p>A path means the same however it is spelled: with dots, through links to directories, or by
 * another name of the file (a hard link, a bind mount). Only a link in the place of the file itself
 * is refused. A file that is not one of this class is refused as well and never written to; an
 * empty one is taken if it belongs to this user.
 *
 * <p>An interrupt of a thread that waits here, even one that came before, ends the wait as if its
 * time were over, and is kept. A virtual thread leaves its carrier to others while it waits.
 *
 * <p>Put the file where nobody removes it while it is held, for example under /run: if it is
 * removed, the next one to come makes a new file, and holds that. Cleaners that heed locks, as
 * systemd-tmpfiles does, leave it alone.
 */
public final class Alive implements AutoCloseable {
  private final Descriptor file;
  private final LastRun lastRun;
  private final EndOfProcess.Action atEnd;

  private Alive(Descriptor file, LastRun lastRun) {
    this.file = file;
    this.lastRun = lastRun;
    this.atEnd = EndOfProcess.action(this::markClean);
  }

  /**
   * Becomes the holder of a file, which is made if it is missing.
   *
   * @param path the file; its directory must exist
   * @return the hold; close it to end well
   * @throws HeldException if another one holds it and lives
   * @throws DiscoveryException if the path leads to something else, or cannot be used
   * @throws IllegalArgumentException if the path names no file, as "/" does
   */
  public static Alive hold(Path path) {
    return hold(path, Duration.ZERO, lastRun -> {});
  }

  /**
   * Becomes the holder of a file, which is made if it is missing. While another one holds it, waits
   * for its end, asleep in the kernel.
   *
   * @param path the file; its directory must exist
   * @param timeout how long to wait at most; zero or less refuses at once, {@code
   *     ChronoUnit.FOREVER} waits for ever
   * @param onLastRun told once, by this thread, how the last holder ended: after that one is gone
   *     and before this method returns
   * @return the hold; close it to end well
   * @throws HeldException if another one still holds it when the time is over, or the thread was
   *     interrupted
   * @throws DiscoveryException if the path leads to something else, or cannot be used
   * @throws IllegalArgumentException if the path names no file
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
        Alive alive = new Alive(held.file(), held.lastRun());
        alive.atEnd.add();
        return alive;
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
   * @throws DiscoveryException if the path leads to something else, or this user may not look
   * @throws IllegalArgumentException if the path names no file
   */
  public static boolean isAlive(Path path) {
    Platform.check();
    try (AliveFile place = AliveFile.find(path)) {
      return place != null && place.isHeld();
    }
  }

  /**
   * Waits until somebody holds a file. Makes nothing; the calling thread sleeps in the kernel until
   * something happens to the file.
   *
   * @param path the file; its directory must exist
   * @param timeout how long at most; zero or less only looks, {@code ChronoUnit.FOREVER} waits for
   *     ever
   * @return false if the time is over, or the thread was interrupted
   * @throws DiscoveryException if the path leads to something else, or this user may not look
   * @throws IllegalArgumentException if the path names no file
   */
  public static boolean awaitAlive(Path path, Duration timeout) {
    Platform.check();
    try (AliveFile place = AliveFile.of(path)) {
      return place.await(place::isHeld, timeout);
    }
  }

  /**
   * Waits until nobody holds a file; this is also the case when the path no longer leads to a file.
   *
   * @param path the file; its directory must exist
   * @param timeout how long at most; zero or less only looks, {@code ChronoUnit.FOREVER} waits for
   *     ever
   * @return false if the time is over, or the thread was interrupted
   * @throws DiscoveryException if the path leads to something else, or this user may not look
   * @throws IllegalArgumentException if the path names no file
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
   * @throws DiscoveryException if the path leads to something else, or this user may not look
   * @throws IllegalArgumentException if the path names no file
   */
  public static Optional<LastRun> lastRunOf(Path path) {
    Platform.check();
    try (AliveFile place = AliveFile.find(path)) {
      return place == null ? Optional.of(LastRun.NONE) : Optional.ofNullable(place.lastRun());
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

  /** The lock stays: this process is alive until it is gone. */
  private synchronized void markClean() {
    if (!file.isClosed()) {
      AliveFile.markClean(file);
    }
  }

  /**
   * Ends well: the next holder is told that this run was clean. Any thread may close; closing again
   * does nothing.
   *
   * @throws io.millrace.SystemCallException if that cannot be written, because the disk is full for
   *     example: the file is held no more, and the next holder is told of a crash
   */
  @Override
  public synchronized void close() {
    if (!file.isClosed()) {
      Closing.closeAll(atEnd::cancel, () -> AliveFile.markClean(file), file);
    }
  }

  /** Thrown when another one holds the file and lives. */
  public static final class HeldException extends DiscoveryException {
    private static final long serialVersionUID = 1L;

    HeldException(Path path) {
      super(path + " is held by another live holder");
    }
  }
}
