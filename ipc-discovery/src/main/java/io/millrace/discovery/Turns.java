package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Mapping;
import io.millrace.os.OfdLock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lets the publishers of a name take turns, and numbers the publications.
 *
 * <p>A generation that is drawn and linked in one turn is greater than those of all publications
 * before, although records of the dead are removed by anybody at any time: the counter outlives
 * them. It is moved on before the record can be seen, so a kill in between costs a number and
 * nothing else; the kernel ends the turn of whoever is killed. Checked by {@code adoption.pml}.
 *
 * <p>Any thread may use it.
 */
final class Turns implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Directory directory;
  private final int permissions;
  private final Duration patience;

  /** The lock in the file is held by an open file, not by a thread. */
  private final ReentrantLock own = new ReentrantLock();

  private Descriptor file;
  private Mapping mapping;
  private UnsafeBuffer counters;

  Turns(Directory directory, int permissions) {
    this(directory, permissions, PATIENCE);
  }

  /**
   * Begins.
   *
   * @param permissions of the file of turns, if it is missing
   * @param patience how long to wait for a turn
   */
  Turns(Directory directory, int permissions, Duration patience) {
    this.directory = directory;
    this.permissions = permissions;
    this.patience = patience;
  }

  /** The right to publish one name, until it is closed. Used by one thread. */
  final class Turn implements AutoCloseable {
    private final int counter;
    private long before;

    private Turn(int counter) {
      this.counter = counter;
    }

    /** Draws the next generation, which is at least the given one. */
    long next(long lowest) {
      before = counters.getLongVolatile(counter);
      long next = Math.max(before + 1, lowest);
      if (before < 0 || next <= 0) {
        throw damaged();
      }
      // Before anybody can see it: after a kill right here the number is lost, never used twice.
      counters.putLongVolatile(counter, next);
      return next;
    }

    /** Takes the last draw back, because nothing was published with it. */
    void giveBack() {
      counters.putLongVolatile(counter, before);
    }

    @Override
    public void close() {
      try {
        OfdLock.unlock(file, counter);
      } finally {
        own.unlock();
      }
    }
  }

  /**
   * Waits for the turn of a name.
   *
   * @throws DiscoveryException if another process keeps it for too long
   */
  Turn take(String name) {
    own.lock();
    Turn turn = null;
    try {
      open();
      int counter = TurnsLayout.counterOf(name);
      long start = System.nanoTime();
      while (!OfdLock.tryLock(file, counter)) {
        requirePatience(name, start);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      turn = new Turn(counter);
      return turn;
    } finally {
      if (turn == null) {
        own.unlock();
      }
    }
  }

  private void requirePatience(String name, long start) {
    if (System.nanoTime() - start > patience.toNanos()) {
      throw new DiscoveryException(
          "another process has been publishing "
              + name
              + " for "
              + patience.toMillis()
              + " ms; it is probably stopped: resume or kill it (see /proc/locks)");
    }
  }

  private void open() {
    if (counters != null) {
      return;
    }
    Descriptor opened = directory.openFile(HiddenNames.TURNS, true);
    while (opened == null) {
      create();
      opened = directory.openFile(HiddenNames.TURNS, true);
    }
    try {
      boolean whole = opened.status().isRegularFile();
      if (!whole || opened.status().size() != TurnsLayout.FILE_SIZE) {
        throw damaged();
      }
      mapping = Mapping.of(opened, 0, TurnsLayout.FILE_SIZE, true);
      counters = new UnsafeBuffer(mapping.address(), TurnsLayout.FILE_SIZE);
      file = opened;
    } catch (RuntimeException | Error failure) {
      opened.close();
      throw failure;
    }
    if (counters.getLong(TurnsLayout.MAGIC_OFFSET) != TurnsLayout.MAGIC) {
      close();
      throw damaged();
    }
  }

  /** Does nothing if another process is faster. */
  private void create() {
    // Written whole, not only sized: memory that is not there could fault under its users.
    ByteBuffer content = ByteBuffer.allocate(TurnsLayout.FILE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    content.putLong(TurnsLayout.MAGIC_OFFSET, TurnsLayout.MAGIC);
    try (NewFile created = new NewFile(directory, permissions)) {
      created.write(content.array());
      created.link(HiddenNames.TURNS);
    }
  }

  private DiscoveryException damaged() {
    return new DiscoveryException(
        directory.path().resolve(HiddenNames.TURNS)
            + " is damaged or of another version: remove it while nothing uses the registry");
  }

  @Override
  public void close() {
    if (counters != null) {
      counters.wrap(0, 0);
      counters = null;
      mapping.close();
      file.close();
    }
  }
}
