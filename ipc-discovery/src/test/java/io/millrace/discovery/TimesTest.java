package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotCodec;
import io.millrace.snapshot.SnapshotException;
import io.millrace.snapshot.SnapshotOptions;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.Times;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every time that can be given means something, in every method that takes one. */
class TimesTest {
  @TempDir Path directory;
  private Registry registry;
  private int number;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, Supplier<Wait>> waits =
      Map.of(
          "Registry.await(String, Duration)", this::service,
          "Alive.awaitAlive(Path, Duration)", this::holder,
          "Alive.awaitEnd(Path, Duration)", this::end,
          "Alive.hold(Path, Duration, Consumer)", this::hold,
          "Synchronizer.awaitReader(Duration)", this::firstValue,
          "SnapshotReader.awaitNewer(long, Duration)", this::nextValue,
          "SnapshotWriter.write(byte[], Duration)", () -> buffer(TimesTest::writeBytes),
          "SnapshotWriter.write(DirectBuffer, int, int, Duration)",
              () -> buffer((writer, time) -> writer.write(new UnsafeBuffer(BYTE), 0, 1, time)),
          "SnapshotWriter.write(Object, SnapshotCodec, Duration)",
              () -> buffer((writer, time) -> writer.write("x", new OneByte(), time)));

  private static final byte[] BYTE = {1};

  /**
   * Something that is waited for.
   *
   * @param waiting waits, and tells whether it came
   * @param bringAbout makes it come
   */
  private record Wait(Waiting waiting, Runnable bringAbout) {}

  private interface Waiting {
    boolean isOver(Duration time);
  }

  private interface Writing {
    void write(SnapshotWriter writer, Duration grace);
  }

  private static final class OneByte implements SnapshotCodec<String> {
    @Override
    public int maximumLength(String entity) {
      return 1;
    }

    @Override
    public int encode(String entity, MutableDirectBuffer buffer, int offset) {
      buffer.putByte(offset, (byte) 1);
      return 1;
    }

    @Override
    public String decode(DirectBuffer buffer, int offset, int length) {
      return "x";
    }
  }

  @BeforeEach
  void openRegistry() {
    registry = Registry.open(directory);
    open.add(registry);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private <T extends AutoCloseable> T kept(T one) {
    synchronized (open) {
      open.add(one);
    }
    return one;
  }

  private Path next() {
    return directory.resolve("x" + number++);
  }

  private Wait service() {
    String name = "service" + number++;
    return new Wait(
        time -> registry.await(name, time).isPresent(),
        () -> registry.publish(ServiceSpec.named(name)));
  }

  private Wait holder() {
    Path path = next();
    return new Wait(time -> Alive.awaitAlive(path, time), () -> kept(Alive.hold(path)));
  }

  private Wait end() {
    Path path = next();
    Alive alive = kept(Alive.hold(path));
    return new Wait(time -> Alive.awaitEnd(path, time), alive::close);
  }

  private Wait hold() {
    Path path = next();
    Alive alive = kept(Alive.hold(path));
    return new Wait(
        time -> {
          try {
            kept(Alive.hold(path, time, lastRun -> {}));
            return true;
          } catch (Alive.HeldException held) {
            return false;
          }
        },
        alive::close);
  }

  private Wait firstValue() {
    Synchronizer state = Synchronizer.open(next());
    return new Wait(
        time -> {
          try {
            kept(state.awaitReader(time));
            return true;
          } catch (SnapshotException.NothingWritten nothing) {
            return false;
          }
        },
        () -> writeBytes(kept(state.writer()), Duration.ZERO));
  }

  private Wait nextValue() {
    Synchronizer state = Synchronizer.open(next());
    SnapshotWriter writer = kept(state.writer());
    writeBytes(writer, Duration.ZERO);
    SnapshotReader reader = kept(state.reader());
    return new Wait(time -> reader.awaitNewer(1, time), () -> writeBytes(writer, Duration.ZERO));
  }

  /** Of two buffers one is current and the other one is held by a reader. */
  private Wait buffer(Writing writing) {
    SnapshotOptions few = SnapshotOptions.defaults().readers(1).buffers(2);
    Synchronizer state = Synchronizer.open(next(), few);
    SnapshotWriter writer = kept(state.writer());
    writeBytes(writer, Duration.ZERO);
    Snapshot held = kept(state.reader()).read();
    writeBytes(writer, Duration.ZERO);
    return new Wait(
        time -> {
          try {
            writing.write(writer, time);
            return true;
          } catch (SnapshotException.SlowReader slow) {
            return false;
          }
        },
        held::close);
  }

  private static void writeBytes(SnapshotWriter writer, Duration grace) {
    writer.write(BYTE, grace);
  }

  @Test
  void everyPublicMethodThatTakesATimeIsTestedHere() {
    Set<String> all = Times.methodsThatTakeATime(Registry.class);
    all.addAll(Times.methodsThatTakeATime(Service.class));
    all.addAll(Times.methodsThatTakeATime(Synchronizer.class));
    assertEquals(all, new TreeSet<>(waits.keySet()));
  }

  static List<Duration> forEver() {
    return Times.FOR_EVER;
  }

  static List<Duration> atOnce() {
    return Times.AT_ONCE;
  }

  @ParameterizedTest
  @MethodSource("forEver")
  void whoWaitsForEverGetsWhatComes(Duration time) throws Exception {
    for (Map.Entry<String, Supplier<Wait>> each : waits.entrySet()) {
      Wait wait = each.getValue().get();
      FutureTask<Boolean> waiting = new FutureTask<>(() -> wait.waiting.isOver(time));
      Thread thread = new Thread(waiting, each.getKey());
      thread.start();
      wait.bringAbout.run();
      assertTrue(waiting.get(30, TimeUnit.SECONDS), each.getKey());
      thread.join();
    }
  }

  @ParameterizedTest
  @MethodSource("atOnce")
  void whoDoesNotWaitIsToldAtOnce(Duration time) throws Exception {
    for (Map.Entry<String, Supplier<Wait>> each : waits.entrySet()) {
      Wait wait = each.getValue().get();
      FutureTask<Boolean> looking = new FutureTask<>(() -> wait.waiting.isOver(time));
      Thread thread = new Thread(looking, each.getKey());
      thread.start();
      assertFalse(looking.get(30, TimeUnit.SECONDS), each.getKey());
      thread.join();
    }
  }
}
