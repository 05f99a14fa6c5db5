package io.millrace.snapshot;

import io.millrace.testkit.Hammer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Every public method of readers, guards and writers, from two threads, while a third closes; in a
 * process of its own, which a mistake would kill. What readers and codecs were shown is looked at
 * during all that, and afterwards.
 */
final class SnapshotHammer {
  private static final int LENGTH = 4096;

  private final Random random;
  private final Path directory;
  private final Hammer hammer;
  private volatile SnapshotWriter writer;
  private volatile SnapshotReader reader;
  private volatile DirectBuffer shown = new UnsafeBuffer(new byte[8]);
  private volatile DirectBuffer filled = shown;

  private SnapshotHammer(long seed, Path directory) {
    this.directory = directory;
    random = new Random(seed);
    hammer =
        new Hammer(seed, SnapshotHammer::isAllowed)
            .argument(int.class, among(0, 1, 8, 64, 200))
            .argument(long.class, among(-1L, 0L, 1L, 1_000_000_000L))
            .argument(Duration.class, among(Duration.ZERO, Duration.ofMillis(1)))
            .argument(Object.class, among("an entity"))
            .argument(byte[].class, among(new byte[0], new byte[300], new byte[LENGTH + 1]))
            .argument(DirectBuffer.class, among(new UnsafeBuffer(new byte[256])))
            .argument(SnapshotCodec.class, r -> new Codec(r.nextInt(16)))
            .follow(Snapshot.class);
  }

  @SafeVarargs
  private static <T> Function<Random, T> among(T... values) {
    return random -> values[random.nextInt(values.length)];
  }

  /** Fills a value, and now and then does what a codec should not do. */
  private final class Codec implements SnapshotCodec<Object> {
    private final int mischief;

    Codec(int mischief) {
      this.mischief = mischief;
    }

    @Override
    public int maximumLength(Object entity) {
      return LENGTH;
    }

    @Override
    public int encode(Object entity, MutableDirectBuffer buffer, int offset) {
      buffer.setMemory(offset, LENGTH, (byte) 1);
      filled = buffer;
      doMischief();
      return LENGTH;
    }

    @Override
    public Object decode(DirectBuffer buffer, int offset, int length) {
      shown = buffer;
      doMischief();
      touch(buffer);
      return buffer;
    }

    private void doMischief() {
      try {
        switch (mischief) {
          case 0 -> writer.write(new byte[LENGTH], Duration.ZERO);
          case 1 -> reader.read().close();
          case 2 -> reader.awaitNewer(0, Duration.ZERO);
          case 3 -> throw new IllegalArgumentException("a codec that throws");
          default -> {}
        }
      } catch (IllegalStateException refused) {
        // As it should be.
      }
    }
  }

  /** As an application reads: the hammer leaves guards open. */
  private final class Reading {
    private final SnapshotReader own;

    Reading(SnapshotReader own) {
      this.own = own;
    }

    public void read() {
      try (Snapshot snapshot = own.read()) {
        shown = snapshot.buffer();
        touch(shown);
      }
    }

    public void readValidated() {
      try (Snapshot snapshot = own.readValidated()) {
        touch(snapshot.decode(new Codec(4)) == null ? null : snapshot.buffer());
      }
    }
  }

  private static boolean isAllowed(Throwable thrown) {
    return thrown instanceof IllegalStateException // Closed, or used by another thread.
        || thrown instanceof SnapshotException
        || thrown instanceof IllegalArgumentException
        || thrown instanceof IndexOutOfBoundsException;
  }

  /** What was shown is harmless. */
  private static void touch(DirectBuffer view) {
    try {
      if (view.capacity() >= Long.BYTES) {
        view.getLong(0);
        view.getByte(view.capacity() - 1);
      }
    } catch (IndexOutOfBoundsException over) {
      // It shows nothing any more, said by Agrona's bounds checks, where they are on.
    }
  }

  private void round(int number) throws InterruptedException {
    SnapshotOptions shape = SnapshotOptions.defaults().readers(4).maximumLength(LENGTH);
    Synchronizer state =
        Synchronizer.open(
            directory.resolve("state" + number), number % 2 == 0 ? shape : shape.buffers(3));
    writer = state.writer();
    writer.write(new byte[LENGTH], Duration.ZERO);
    reader = state.reader();
    SnapshotReader other = state.reader();
    SnapshotReader copying = state.copyingReader();
    List<AutoCloseable> all = List.of(writer, reader, other, copying);
    AutoCloseable first = all.get(random.nextInt(all.size()));
    hammer.strike(
        2,
        () -> {
          close(first);
          touch(shown);
          all.forEach(SnapshotHammer::close);
          all.forEach(SnapshotHammer::close);
          touch(shown);
        },
        writer,
        reader,
        other,
        copying,
        new Reading(reader),
        new Reading(other),
        new Reading(copying));
    // Guards that a thread has left open end with it.
    all.forEach(SnapshotHammer::close);
    touch(shown);
    touch(filled);
    state.writer().close(); // Nothing is locked any more.
    if (!state.remove()) {
      throw new AssertionError("the file is gone");
    }
  }

  private static void close(AutoCloseable handle) {
    try {
      handle.close();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  /**
   * Prints "done", or dies.
   *
   * @param arguments the seed, the number of rounds and a directory
   */
  public static void main(String[] arguments) throws InterruptedException {
    SnapshotHammer hammer = new SnapshotHammer(Long.parseLong(arguments[0]), Path.of(arguments[2]));
    int rounds = Integer.parseInt(arguments[1]);
    for (int i = 0; i < rounds; i++) {
      hammer.round(i);
    }
    System.out.println("done");
  }
}
