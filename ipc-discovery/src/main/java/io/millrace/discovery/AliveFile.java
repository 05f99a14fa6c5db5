package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.Inotify;
import io.millrace.os.OfdLock;
import io.millrace.os.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file behind {@link Alive}, one line: byte 0 is locked while it is held, and says how the run
 * of the holder goes ({@code R}) or went ({@code R} again if it crashed, {@code C} if it ended
 * well). The number of the run stands behind it, so that one run is never taken for another.
 */
final class AliveFile implements AutoCloseable {
  private static final long LOCK = 0;
  private static final char RUNNING = 'R';
  private static final char CLEAN = 'C';
  private static final int MAX_LENGTH = 32;
  private static final Pattern LINE = Pattern.compile("[RC] ([0-9]{1,18})\n");
  private static final int PERMISSIONS = 0600;
  private static final int EVENTS =
      Inotify.CREATE | Inotify.MOVED_TO | Inotify.MODIFY | Inotify.CLOSE_WRITE | Inotify.DELETE;

  private final Directory directory;
  private final String name;

  /** A file whose lock was taken. */
  record Held(Descriptor file, Alive.LastRun lastRun) {}

  private AliveFile(Directory directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  static AliveFile of(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " names no file");
    }
    try {
      return new AliveFile(Directory.open(parent), path.getFileName().toString());
    } catch (SystemCallException failure) {
      throw new DiscoveryException(
          "the directory of " + path + " cannot be opened: " + failure.getMessage(), failure);
    }
  }

  static boolean hasDirectory(Path path) {
    FileStatus status = FileStatus.ofPath(path.toAbsolutePath().getParent().toString());
    return status != null && status.isDirectory();
  }

  /** Takes the lock, waits for it if need be; {@code null} when the time is over. */
  Held hold(Duration timeout) {
    Held[] held = new Held[1];
    await(
        () -> {
          held[0] = tryHold();
          return held[0] != null;
        },
        timeout);
    return held[0];
  }

  private Held tryHold() {
    // Not opened for writing while it is held: closing it would wake those who wait, this one too.
    while (!isHeld()) {
      Descriptor file = openOrCreate();
      try {
        if (!OfdLock.tryLock(file, LOCK)) {
          file.close();
          return null;
        }
        FileStatus current = directory.statusOf(name);
        // Somebody may have removed the file before it was locked: then it means nothing any more.
        if (current != null && current.isSameFile(file.status())) {
          byte[] last = FileContent.readOnce(file, MAX_LENGTH);
          // Also wakes those who wait for a holder: taking a lock is no event, writing is.
          FileContent.write(file, beginningOfRun(1 + numberOf(last)));
          return new Held(file, lastRun(last));
        }
        file.close();
      } catch (RuntimeException | Error failure) {
        file.close();
        throw failure;
      }
    }
    return null;
  }

  private Descriptor openOrCreate() {
    while (true) {
      Descriptor file = directory.openFile(name, true);
      if (file != null) {
        return file;
      }
      try {
        return directory.createFile(name, PERMISSIONS);
      } catch (SystemCallException failure) {
        if (failure.errno() != Errno.EEXIST) {
          throw failure;
        }
      }
    }
  }

  private static byte[] beginningOfRun(long number) {
    return (RUNNING + " " + number + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** The number of the run, 0 if there was none or the file was not written by an {@link Alive}. */
  private static long numberOf(byte[] content) {
    Matcher line = LINE.matcher(new String(content, StandardCharsets.US_ASCII));
    return line.matches() ? Long.parseLong(line.group(1)) : 0;
  }

  private static Alive.LastRun lastRun(byte[] content) {
    if (content.length == 0) {
      return Alive.LastRun.NONE;
    }
    return content[0] == CLEAN ? Alive.LastRun.CLEAN : Alive.LastRun.CRASHED;
  }

  /** How the last run ended, {@code null} while somebody holds the file. */
  Alive.LastRun lastRun() {
    try (Descriptor file = directory.openFile(name, false)) {
      if (file == null) {
        return Alive.LastRun.NONE;
      }
      while (!OfdLock.isHeldByAnother(file, LOCK)) {
        byte[] content = FileContent.readOnce(file, MAX_LENGTH);
        // A run that began or ended in between may have left the mark of its beginning. If it is
        // there still, that run has ended: nobody held the file, and no later run has written.
        boolean settled = !OfdLock.isHeldByAnother(file, LOCK);
        if (settled && Arrays.equals(content, FileContent.readOnce(file, MAX_LENGTH))) {
          return lastRun(content);
        }
      }
      return null;
    }
  }

  static void markClean(Descriptor file) {
    FileContent.write(file, new byte[] {CLEAN});
  }

  boolean isHeld() {
    try (Descriptor file = directory.openFile(name, false)) {
      return file != null && OfdLock.isHeldByAnother(file, LOCK);
    }
  }

  /** Asks a condition now and after everything that happens to the file. */
  boolean await(BooleanSupplier condition, Duration timeout) {
    if (condition.getAsBoolean()) {
      return true;
    }
    if (timeout.isZero() || timeout.isNegative()) {
      return false;
    }
    long start = System.nanoTime();
    Rechecks rechecks = new Rechecks();
    try (Inotify inotify = new Inotify(directory, EVENTS);
        Epoll epoll = new Epoll()) {
      epoll.add(inotify.descriptor().number(), Epoll.IN, 0);
      // Asked after the watch is on: what came before is seen here, the rest is an event.
      while (!condition.getAsBoolean()) {
        long left = timeout.toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        sleep(inotify, epoll, rechecks, left);
      }
      return true;
    }
  }

  private void sleep(Inotify inotify, Epoll epoll, Rechecks rechecks, long leftNanos) {
    long millis = Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1);
    int toRecheck = rechecks.millisToNext();
    epoll.await((int) (toRecheck == Epoll.FOREVER ? millis : Math.min(millis, toRecheck)));
    boolean[] closed = {false};
    inotify.drain(
        (mask, changed) -> closed[0] |= changed.equals(name) && (mask & Inotify.CLOSE_WRITE) != 0);
    // The file of a dying holder is closed a moment before its lock is free.
    if (closed[0]) {
      rechecks.begin(name);
    } else if (!rechecks.takeDue().isEmpty()) {
      rechecks.again(name);
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
