package io.millrace.discovery.publish;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.record.NewFiles;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.TurnsLayout;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.LockHolders;
import io.millrace.os.Mapping;
import io.millrace.os.NewFile;
import io.millrace.os.OfdLock;
import io.millrace.os.Patience;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lets the publishers of a name take turns, and numbers the publications.
 *
 * <p>A generation that is drawn and linked in one turn is greater than those of all publications
 * before, although records of the dead are removed by anybody at any time: the counter outlives
 * them. It is moved on before the record can be seen, so a kill in between costs a number and
 * nothing else; the kernel ends the turn of a process that is killed. Checked by {@code
 * adoption.pml}.
 *
 * <p>Any thread may use it.
 */
public final class PublishTickets implements AutoCloseable {

  private final Directory directory;
  private final int permissions;
  private final Duration patience;
  private final Runnable requireOpen;

  /** The lock in the file is held by an open file, not by a thread. */
  private final ReentrantLock own = new ReentrantLock();

  private Descriptor file;
  private Mapping mapping;
  private UnsafeBuffer counters;

  /**
   * Begins.
   *
   * @param permissions of the file of turns, if it is missing
   * @param patience how long to wait for a turn
   * @param requireOpen asked while waiting; what it throws ends the wait
   */
  public PublishTickets(
      Directory directory, int permissions, Duration patience, Runnable requireOpen) {
    this.directory = directory;
    this.permissions = permissions;
    this.patience = patience;
    this.requireOpen = requireOpen;
  }

  /** The right to publish one name, until it is closed. Used by one thread. */
  public final class Turn implements AutoCloseable {
    private final int counter;
    private long before;

    private Turn(int counter) {
      this.counter = counter;
    }

    /** Draws the next generation, which is at least the given one. */
    public long next(long lowest) {
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
      } catch (RuntimeException | Error failure) {
        giveAllUp(failure);
        throw failure;
      } finally {
        own.unlock();
      }
    }
  }

  /**
   * Waits for the turn of a name.
   *
   * <p>An interrupt does not end it and is kept.
   *
   * @throws DiscoveryException if another process keeps it for too long
   */
  public Turn take(String name) {
    int counter = TurnsLayout.counterOf(name);
    Patience left = Patience.of(patience);
    while (!own.tryLock()) {
      requireOpen.run();
      if (!left.pause()) {
        throw new DiscoveryException(
            "other threads of this process have been publishing for "
                + patience.toMillis()
                + " ms, before "
                + name
                + "; does one wait for a process that is stopped?");
      }
    }
    Turn turn = null;
    try {
      open();
      while (!OfdLock.tryLock(file, counter)) {
        requireOpen.run();
        if (!left.pause()) {
          throw stopped(name, counter);
        }
      }
      turn = new Turn(counter);
      return turn;
    } finally {
      if (turn == null) {
        own.unlock();
      }
    }
  }

  private DiscoveryException stopped(String name, int counter) {
    return new DiscoveryException(
        "another process has been publishing "
            + name
            + " for "
            + patience.toMillis()
            + " ms: "
            + LockHolders.describe(file, counter)
            + "; it is probably stopped: resume or kill it");
  }

  private void open() {
    if (counters != null) {
      return;
    }
    Descriptor opened = openFile();
    while (opened == null) {
      create();
      opened = openFile();
    }
    Mapping made = null;
    try {
      boolean whole = opened.status().isRegularFile();
      if (!whole || opened.status().size() != TurnsLayout.FILE_SIZE) {
        throw damaged();
      }
      made = Mapping.of(opened, 0, TurnsLayout.FILE_SIZE, true);
      counters = new UnsafeBuffer(made.address(), TurnsLayout.FILE_SIZE);
      mapping = made;
      file = opened;
    } catch (RuntimeException | Error failure) {
      Closing.closeAll(made, opened);
      throw failure;
    }
    if (counters.getLong(TurnsLayout.MAGIC_OFFSET) != TurnsLayout.MAGIC) {
      close();
      throw damaged();
    }
  }

  /** Opens the file of turns if there is one. Anything else in its place is left alone. */
  private Descriptor openFile() {
    FileStatus status = directory.statusOf(HiddenNames.TURNS);
    if (status != null && !status.isRegularFile()) {
      throw damaged();
    }
    return directory.openFile(HiddenNames.TURNS, true);
  }

  /** Does nothing if another process is faster. */
  private void create() {
    // Written whole, not only sized: memory that is not there could fault under its users.
    ByteBuffer content = ByteBuffer.allocate(TurnsLayout.FILE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    content.putLong(TurnsLayout.MAGIC_OFFSET, TurnsLayout.MAGIC);
    try (NewFile created = NewFiles.in(directory, permissions)) {
      created.write(file -> FileContent.write(file, content.array()));
      created.link(HiddenNames.TURNS);
    }
  }

  private DiscoveryException damaged() {
    return new DiscoveryException(
        directory.path().resolve(HiddenNames.TURNS)
            + " is damaged or of another version: remove it while nothing uses the registry");
  }

  /** A lock that cannot be given back goes with its file, which the next turn opens again. */
  private void giveAllUp(Throwable failure) {
    try {
      close();
    } catch (RuntimeException | Error closing) {
      failure.addSuppressed(closing);
    }
  }

  /** Nobody has a turn. */
  @Override
  public void close() {
    if (counters != null) {
      counters.wrap(0, 0);
      counters = null;
      Closing.closeAll(mapping, file);
    }
  }
}
