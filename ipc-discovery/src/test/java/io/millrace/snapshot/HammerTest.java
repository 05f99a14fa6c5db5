package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.CpuAffinity;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A writer as fast as it goes, readers that check every word of what they read, and random SIGKILLs
 * of all of them.
 *
 * <p>For a long run: {@code -Dmillrace.hammer.reads=100000000} goes on until that many reads were
 * checked, of each kind of file.
 */
class HammerTest {
  private static final long READS = Long.getLong("millrace.hammer.reads", 0);
  private static final Duration SHORT_RUN = Duration.ofSeconds(4);
  private static final int LONGEST_PAUSE = READS == 0 ? 500 : 3000;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int READERS = 3;

  /** This one copies, the others pin. */
  private static final int COPYING = 0;

  private static final int CHANGED = 8;
  private static final int PATIENCE = 200;
  private static final int LARGE_ONE_IN = 512;
  private static final int LINE = 128;
  private static final int WRITTEN = READERS * LINE;
  private static final int ALIVE = 16;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @ParameterizedTest(name = "{0} buffers")
  @ValueSource(ints = {READERS + 2, 2})
  void noReadIsEverTornWhoeverIsKilledWhenever(int buffers) throws IOException {
    Path path = directory.resolve("state");
    SnapshotOptions shape = SnapshotOptions.defaults().readers(READERS).buffers(buffers);
    Synchronizer.open(path, shape).writer().close();
    UnsafeBuffer counts = counts(directory.resolve("counts"), true);
    List<String> flags = READS == 0 ? List.of() : List.of("-XX:TieredStopAtLevel=4");
    SplittableRandom random = new SplittableRandom();
    long start = System.nanoTime();
    int kills = 0;
    ChildProcess[] children = new ChildProcess[READERS + 1];
    try {
      for (int i = 0; i <= READERS; i++) {
        children[i] = start(i, path, flags);
      }
      while (!isDone(counts, kills, start)) {
        // A kill while the others are at work: those of starting processes prove nothing.
        Eventually.await("all are at work", DEADLINE, () -> areAtWork(children, counts));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextLong(10, LONGEST_PAUSE)));
        int victim = random.nextInt(READERS + 1);
        children[victim].close();
        children[victim] = start(victim, path, flags);
        kills++;
      }
      assertSound(children);
    } finally {
      for (ChildProcess child : children) {
        if (child != null) {
          child.close();
        }
      }
    }
    report(buffers, counts, kills, System.nanoTime() - start);
    try (SnapshotWriter writer = Synchronizer.open(path).writer();
        SnapshotReader reader = Synchronizer.open(path).reader()) {
      writer.write(new Proof.Value().of(writer.version() + 1, 8), new Proof(), Duration.ZERO);
      try (Snapshot snapshot = reader.readValidated()) {
        assertNull(Proof.fault(snapshot));
      }
    }
  }

  private static ChildProcess start(int number, Path path, List<String> flags) {
    Class<?> main = number == READERS ? Writing.class : Reading.class;
    return ChildProcess.startUnder(
        List.of(), flags, main, path.toString(), Integer.toString(number));
  }

  private static boolean areAtWork(ChildProcess[] children, UnsafeBuffer counts) {
    assertSound(children);
    for (int i = 0; i < children.length; i++) {
      if (counts.getLongVolatile(i * LINE + ALIVE) != children[i].pid()) {
        return false;
      }
    }
    return true;
  }

  private static void assertSound(ChildProcess[] children) {
    for (ChildProcess child : children) {
      assertTrue(child.isAlive(), () -> "ended by itself: " + child.printed());
    }
  }

  private static boolean isDone(UnsafeBuffer counts, int kills, long start) {
    return READS == 0
        ? System.nanoTime() - start > SHORT_RUN.toNanos()
            && kills >= 3
            && sum(counts, CHANGED) > 100
        : sum(counts, 0) >= READS;
  }

  private static long sum(UnsafeBuffer counts, int offset) {
    long sum = 0;
    for (int i = 0; i < READERS; i++) {
      sum += counts.getLongVolatile(i * LINE + offset);
    }
    return sum;
  }

  private static void report(int buffers, UnsafeBuffer counts, int kills, long nanos)
      throws IOException {
    String line =
        String.format(
            "%d buffers: %d reads checked, %d of them of a new value (%d by copying),"
                + " %d values written, %d kills, %d s%n",
            buffers,
            sum(counts, 0),
            sum(counts, CHANGED),
            counts.getLongVolatile(COPYING * LINE + CHANGED),
            counts.getLongVolatile(WRITTEN),
            kills,
            TimeUnit.NANOSECONDS.toSeconds(nanos));
    Files.writeString(
        Path.of("target", "hammer.txt"),
        line,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static UnsafeBuffer counts(Path file, boolean create) throws IOException {
    StandardOpenOption third = create ? StandardOpenOption.CREATE : StandardOpenOption.READ;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, third)) {
      return new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096));
    }
  }

  /** The writer has a processor without readers, so that they meet new values at most reads. */
  private static void keepApart(boolean writes) {
    BitSet processors = CpuAffinity.get();
    if (processors.cardinality() > 1) {
      BitSet first = new BitSet();
      first.set(processors.nextSetBit(0));
      processors.andNot(first);
      CpuAffinity.set(writes ? first : processors);
    }
  }

  /** Writes for ever; small values mostly, large ones now and then. */
  static final class Writing {
    public static void main(String[] arguments) throws IOException {
      keepApart(true);
      Path path = Path.of(arguments[0]);
      UnsafeBuffer counts = counts(path.resolveSibling("counts"), false);
      SplittableRandom random = new SplittableRandom();
      Proof codec = new Proof();
      Proof.Value value = new Proof.Value();
      try (SnapshotWriter writer = Synchronizer.open(path).writer()) {
        counts.putLongVolatile(WRITTEN + ALIVE, ProcessHandle.current().pid());
        while (true) {
          int bits = 4 + random.nextInt(random.nextInt(LARGE_ONE_IN) == 0 ? 17 : 8);
          int length = 8 + random.nextInt(Math.min(1 << bits, (1 << 20) - 7));
          writer.write(value.of(writer.version() + 1, length), codec, DEADLINE);
          counts.putLongVolatile(WRITTEN, counts.getLong(WRITTEN) + 1);
        }
      }
    }
  }

  /** Reads for ever, in place or by copying, and checks every word. */
  static final class Reading {
    public static void main(String[] arguments) throws IOException {
      keepApart(false);
      Path path = Path.of(arguments[0]);
      int line = Integer.parseInt(arguments[1]) * LINE;
      UnsafeBuffer counts = counts(path.resolveSibling("counts"), false);
      Synchronizer state = Synchronizer.open(path);
      state.awaitReader(DEADLINE).close();
      SplittableRandom random = new SplittableRandom();
      try (SnapshotReader reader =
          line == COPYING * LINE ? state.copyingReader() : state.reader()) {
        counts.putLongVolatile(line + ALIVE, ProcessHandle.current().pid());
        long last = 0;
        int same = 0;
        while (true) {
          try (Snapshot snapshot =
              random.nextInt(8) == 0 ? reader.readValidated() : reader.read()) {
            String fault = Proof.fault(snapshot);
            if (fault != null || snapshot.version() < last) {
              System.out.println(fault == null ? "went back from " + last : fault);
              System.exit(1);
            }
            last = snapshot.version();
            counts.putLong(line, counts.getLong(line) + 1);
            if (snapshot.isOn()) {
              counts.putLong(line + CHANGED, counts.getLong(line + CHANGED) + 1);
              same = 0;
            } else {
              same++;
            }
          }
          if (same == PATIENCE) {
            // With fewer processors than processes the writer needs a chance to write.
            same = 0;
            LockSupport.parkNanos(1);
          }
        }
      }
    }
  }
}
