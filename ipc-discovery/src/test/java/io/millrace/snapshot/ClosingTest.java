package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import io.millrace.os.Epoll;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other threads that close, callbacks that come back, and what ends a wait. */
@Timeout(120)
class ClosingTest {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Map<Integer, String> before;
  private Synchronizer state;
  private SnapshotWriter writer;

  /** What all sleeps of virtual threads share is made with the first and stays. */
  @BeforeAll
  static void sleepOnce(@TempDir(factory = SharedMemory.class) Path directory) throws Exception {
    try (SnapshotWriter writer = Synchronizer.open(directory.resolve("first")).writer();
        SnapshotReader reader = Synchronizer.open(writer.path()).reader()) {
      while (Thread.getAllStackTraces().keySet().stream()
          .noneMatch(thread -> thread.getName().equals("millrace-virtual-sleepers"))) {
        in(Thread.ofVirtual(), () -> reader.awaitNewer(0, Duration.ofMillis(1))).get();
      }
    }
  }

  @BeforeEach
  void open() {
    before = OpenDescriptors.now();
    state =
        Synchronizer.open(
            directory.resolve("state"),
            SnapshotOptions.defaults().readers(16).buffers(2).maximumLength(4096));
    writer = keep(state.writer());
    writer.write(bytes(1), NO_GRACE);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    OpenDescriptors.assertNoneBeside(before);
    assertEquals(0, OpenDescriptors.mappings(directory.toString()));
  }

  private <T extends AutoCloseable> T keep(T one) {
    opened.add(one);
    return one;
  }

  private static byte[] bytes(int each) {
    byte[] value = new byte[1000];
    Arrays.fill(value, (byte) each);
    return value;
  }

  private static <T> FutureTask<T> in(Thread.Builder kind, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    kind.start(task);
    return task;
  }

  private static <T extends Throwable> T failure(Class<T> type, FutureTask<?> task) {
    Throwable cause =
        assertThrows(ExecutionException.class, () -> task.get(30, TimeUnit.SECONDS)).getCause();
    return assertInstanceOf(type, cause);
  }

  private static Thread.Builder kind(boolean virtual) {
    return virtual ? Thread.ofVirtual() : Thread.ofPlatform();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 18})
  void aValueThatIsBeingReadStaysWholeWhenAnotherThreadClosesTheReader(int buffers)
      throws Exception {
    Synchronizer each =
        Synchronizer.open(
            directory.resolve("state" + buffers),
            SnapshotOptions.defaults().readers(16).buffers(buffers));
    SnapshotWriter own = keep(each.writer());
    own.write(bytes(1), NO_GRACE);
    for (SnapshotReader reader : List.of(keep(each.reader()), keep(each.copyingReader()))) {
      reader.read().close();
      Snapshot held = reader.read();
      in(Thread.ofPlatform(), () -> close(reader)).get();
      writeAsMuchAsPossible(own);
      for (int i = 0; i < held.length(); i++) {
        assertEquals(1, held.buffer().getByte(i));
      }
      assertThrows(ClosedException.class, reader::version);
      held.close();
      held.close();
      assertThrows(ClosedException.class, reader::read);
      own.write(bytes(1), NO_GRACE); // Nobody holds anything any more.
      own.write(bytes(1), NO_GRACE);
    }
  }

  private static void writeAsMuchAsPossible(SnapshotWriter own) {
    try {
      for (int i = 0; i < 100; i++) {
        own.write(bytes(2), NO_GRACE);
      }
    } catch (SnapshotException.SlowReader held) {
      // There are two buffers, and one is being read.
    }
  }

  private static Void close(AutoCloseable one) throws Exception {
    one.close();
    return null;
  }

  @Test
  void whatAThreadThatHasEndedLeftOpenHoldsNothingBackOnceTheReaderIsClosed() throws Exception {
    SnapshotReader reader = keep(state.reader());
    Thread ended = new Thread(reader::read);
    ended.start();
    ended.join();
    reader.close();
    writer.write(bytes(2), NO_GRACE);
    writer.write(bytes(3), NO_GRACE);
  }

  @Test
  void aViewThatIsKeptShowsNothingBehindTheClose() throws Exception {
    SnapshotReader reader = keep(state.reader());
    DirectBuffer kept;
    try (Snapshot snapshot = reader.read()) {
      kept = new UnsafeBuffer(snapshot.buffer(), 0, snapshot.length());
    }
    assertEquals(1, kept.getByte(999));
    in(Thread.ofPlatform(), () -> close(reader)).get();
    assertEquals(0, kept.getByte(999));
  }

  @Test
  void threadsMayTakeTurnsButNotBeInsideAtOnce() throws Exception {
    SnapshotReader reader = keep(state.reader());
    for (int turn = 0; turn < 100; turn++) {
      int version = turn + 1;
      assertEquals(version, in(Thread.ofPlatform(), () -> versionRead(reader)).get());
      writer.write(bytes(1), NO_GRACE);
    }
    long last = writer.version();
    FutureTask<Boolean> waiting = new FutureTask<>(() -> reader.awaitNewer(last, FOREVER));
    Thread thread = new Thread(waiting);
    thread.start();
    Eventually.await("it sleeps", DEADLINE, () -> sleeps(thread));
    assertThrows(ForeignThreadException.class, reader::read);
    in(Thread.ofPlatform(), () -> writer.write(bytes(1), NO_GRACE)).get();
    assertTrue(waiting.get());
    reader.read().close();
  }

  private static boolean sleeps(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(Epoll.class.getName()));
  }

  private static long versionRead(SnapshotReader reader) {
    try (Snapshot snapshot = reader.read()) {
      return snapshot.version();
    }
  }

  /** A codec that does something else in the middle of a value. */
  private static SnapshotCodec<String> codec(Runnable inTheMiddle) {
    return new SnapshotCodec<>() {
      @Override
      public int maximumLength(String entity) {
        return 1000;
      }

      @Override
      public int encode(String entity, MutableDirectBuffer buffer, int offset) {
        buffer.setMemory(offset, 500, (byte) 7);
        inTheMiddle.run();
        buffer.setMemory(offset + 500, 500, (byte) 7);
        return 1000;
      }

      @Override
      public String decode(DirectBuffer buffer, int offset, int length) {
        inTheMiddle.run();
        return "" + buffer.getByte(length - 1);
      }
    };
  }

  @Test
  void aCodecCannotUseOrCloseTheWriterThatCallsIt() {
    SnapshotCodec<String> harmless = codec(() -> {});
    List<Runnable> mischief =
        List.of(
            () -> writer.write(bytes(9), NO_GRACE),
            () -> writer.write(new UnsafeBuffer(bytes(9)), 0, 900, NO_GRACE),
            () -> writer.write("inner", harmless, NO_GRACE),
            writer::close);
    SnapshotReader reader = keep(state.reader());
    for (Runnable each : mischief) {
      long version = writer.version();
      assertThrows(IllegalStateException.class, () -> writer.write("a", codec(each), NO_GRACE));
      assertEquals(version, reader.version());
      writer.write(
          "b", codec(() -> assertThrows(IllegalStateException.class, each::run)), NO_GRACE);
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals(version + 1, snapshot.version());
        for (int i = 0; i < 1000; i++) {
          assertEquals(7, snapshot.buffer().getByte(i));
        }
      }
    }
  }

  @Test
  void whatACodecKeepsOfItsBufferIsEmptyBehindTheWrite() {
    AtomicReference<MutableDirectBuffer> kept = new AtomicReference<>();
    SnapshotCodec<String> keeping =
        new SnapshotCodec<>() {
          @Override
          public int maximumLength(String entity) {
            return 8;
          }

          @Override
          public int encode(String entity, MutableDirectBuffer buffer, int offset) {
            kept.set(buffer);
            return 8;
          }

          @Override
          public String decode(DirectBuffer buffer, int offset, int length) {
            throw new UnsupportedOperationException();
          }
        };
    writer.write("", keeping, NO_GRACE);
    assertThrows(IndexOutOfBoundsException.class, () -> kept.get().putLong(0, 1));
    writer.close();
    assertThrows(IndexOutOfBoundsException.class, () -> kept.get().putLong(0, 1));
  }

  @Test
  void aDecoderMayCloseItsReaderAndSeesNoOtherValue() {
    SnapshotReader reader = keep(state.reader());
    Snapshot snapshot = reader.read();
    assertThrows(IllegalStateException.class, () -> snapshot.decode(codec(() -> reader.read())));
    assertThrows(
        IndexOutOfBoundsException.class, () -> snapshot.decode(codec(() -> reader.close())));
    snapshot.close();
    assertThrows(ClosedException.class, reader::read);
  }

  @Test
  void aWriteThatIsUnderWayIsCompletedWhenAnotherThreadCloses() throws Exception {
    SnapshotReader reader = keep(state.reader());
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    SnapshotCodec<String> slow =
        codec(
            () -> {
              inside.countDown();
              try {
                closed.await();
              } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
              }
            });
    FutureTask<WriteResult> writing =
        in(Thread.ofPlatform(), () -> writer.write("slow", slow, NO_GRACE));
    inside.await();
    writer.close();
    closed.countDown();
    assertEquals(2, writing.get().version());
    try (Snapshot snapshot = reader.readValidated()) {
      assertEquals(7, snapshot.buffer().getByte(999));
    }
    assertThrows(ClosedException.class, () -> writer.write(bytes(1), NO_GRACE));
    keep(state.writer()); // The lock is free.
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloseEndsTheGraceOfAWriteAndSoDoesAnInterrupt(boolean virtual) throws Exception {
    Snapshot held = keep(state.reader()).read();
    writer.write(bytes(2), NO_GRACE);
    AtomicReference<Thread> thread = new AtomicReference<>();
    FutureTask<WriteResult> interrupted =
        in(
            kind(virtual),
            () -> {
              thread.set(Thread.currentThread());
              return writer.write(bytes(3), FOREVER);
            });
    Eventually.await("it writes", DEADLINE, () -> thread.get() != null);
    thread.get().interrupt();
    String message = failure(SnapshotException.SlowReader.class, interrupted).getMessage();
    assertTrue(message.contains("interrupted"), message);
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<WriteResult> closed =
        in(
            kind(virtual),
            () -> {
              begun.countDown();
              return writer.write(bytes(3), FOREVER);
            });
    begun.await();
    writer.close();
    failure(ClosedException.class, closed);
    held.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloseEndsTheWaitForANewerValue(boolean virtual) throws Exception {
    for (int i = 0; i < 100; i++) { // Of a second each if only the next look ended them.
      SnapshotReader reader = keep(state.reader());
      FutureTask<Boolean> waiting = new FutureTask<>(() -> reader.awaitNewer(1, FOREVER));
      Thread thread = kind(virtual).start(waiting);
      Eventually.await("it sleeps", DEADLINE, () -> sleeps(thread));
      reader.close();
      failure(ClosedException.class, waiting);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsTheWaitForANewerValueAndStays(boolean virtual) throws Exception {
    SnapshotReader reader = keep(state.reader());
    for (int i = 0; i < 50; i++) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      FutureTask<Boolean> waiting =
          in(
              kind(virtual),
              () -> {
                thread.set(Thread.currentThread());
                return reader.awaitNewer(1, FOREVER) || !Thread.currentThread().isInterrupted();
              });
      Eventually.await("it waits", DEADLINE, () -> thread.get() != null);
      thread.get().interrupt();
      assertFalse(waiting.get(30, TimeUnit.SECONDS));
    }
    Synchronizer other = Synchronizer.open(directory.resolve("other"));
    FutureTask<SnapshotReader> early =
        in(
            kind(virtual),
            () -> {
              Thread.currentThread().interrupt();
              return other.awaitReader(FOREVER);
            });
    failure(SnapshotException.NothingWritten.class, early);
  }

  @Test
  void virtualThreadsThatWaitLeaveTheirCarriersToOthers() throws Exception {
    int count = Math.min(16, 2 * Runtime.getRuntime().availableProcessors());
    List<FutureTask<Boolean>> waiting = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      SnapshotReader reader = keep(state.reader());
      waiting.add(
          in(
              Thread.ofVirtual(),
              () -> {
                begun.countDown();
                return reader.awaitNewer(1, FOREVER);
              }));
    }
    begun.await();
    in(Thread.ofVirtual(), () -> writer.write(bytes(2), NO_GRACE)).get(30, TimeUnit.SECONDS);
    for (FutureTask<Boolean> each : waiting) {
      assertTrue(each.get(30, TimeUnit.SECONDS));
    }
  }
}
