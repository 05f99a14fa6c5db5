package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;

/** What this process holds open. */
public final class OpenDescriptors {
  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** What stays open for all tests. */
  private static final Set<String> KEPT = ConcurrentHashMap.newKeySet();

  private OpenDescriptors() {}

  /**
   * All open descriptors, without the files that the JVM itself opens when it first needs them
   * (jars, its module image, random devices), what is {@linkplain #keep kept} and the one that this
   * method looks with.
   *
   * @return number and target, for example {@code 7 -> anon_inode:[eventfd]}
   */
  public static Map<Integer, String> now() {
    Map<Integer, String> open = new TreeMap<>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        String target = target(entry);
        if (target != null && !belongsToJvm(target) && !KEPT.contains(target)) {
          open.put(Integer.valueOf(entry.getFileName().toString()), target);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return open;
  }

  /**
   * Makes something that all tests of this process share: the pipes that it opens are no leak of
   * the first test that happens to use it. Nothing else may open pipes meanwhile.
   *
   * @param <T> its type
   * @param shared makes it
   * @return what was made
   */
  public static <T> T keep(Supplier<T> shared) {
    Map<Integer, String> before = now();
    T made = shared.get();
    opened(before).values().stream().filter(one -> one.startsWith("pipe:")).forEach(KEPT::add);
    return made;
  }

  /**
   * Runs a block and checks that it leaves no descriptor behind. What other threads are still
   * closing is waited for. Nothing else in this process may open descriptors meanwhile.
   *
   * @param block what to run
   * @throws AssertionError naming the descriptors that were left open
   */
  public static void assertNoneLeftBy(Executable block) {
    assertNoneLeftBy(block, DEADLINE);
  }

  static void assertNoneLeftBy(Executable block, Duration deadline) {
    Map<Integer, String> before = now();
    try {
      block.execute();
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new AssertionError("the block failed", failure);
    }
    assertNoneBeside(before, deadline);
  }

  /**
   * Checks that nothing is open but what was open before. What other threads are still closing is
   * waited for; what was open before may be closed by now.
   *
   * @param before what {@link #now()} returned
   * @throws AssertionError naming the descriptors that were left open
   */
  public static void assertNoneBeside(Map<Integer, String> before) {
    assertNoneBeside(before, DEADLINE);
  }

  static void assertNoneBeside(Map<Integer, String> before, Duration deadline) {
    assertNoneBeside(before, target -> true, deadline);
  }

  static void assertNoneBeside(
      Map<Integer, String> before, Predicate<String> counts, Duration deadline) {
    long start = System.nanoTime();
    Map<Integer, String> left = opened(before);
    while (left.values().stream().anyMatch(counts)) {
      if (System.nanoTime() - start > deadline.toNanos()) {
        throw new AssertionError("left open: " + left);
      }
      LockSupport.parkNanos(1_000_000);
      left = opened(before);
    }
  }

  /**
   * Checks that descriptors are open: nobody has closed what is another's.
   *
   * @param numbers which
   * @throws AssertionError naming those that are closed
   */
  public static void assertOpen(int... numbers) {
    Set<Integer> open = now().keySet();
    int[] closed = Arrays.stream(numbers).filter(number -> !open.contains(number)).toArray();
    if (closed.length > 0) {
      throw new AssertionError("closed: " + Arrays.toString(closed));
    }
  }

  /**
   * The mappings of this process whose path contains a text.
   *
   * @param text for example the name of a memfd
   * @return how many there are
   */
  public static int mappings(String text) {
    return Math.toIntExact(
        lines("/proc/self/maps").stream().filter(line -> line.contains(text)).count());
  }

  private static Map<Integer, String> opened(Map<Integer, String> before) {
    Map<Integer, String> now = now();
    now.entrySet().removeAll(before.entrySet());
    return now;
  }

  private static String target(Path entry) throws IOException {
    try {
      return Files.readSymbolicLink(entry).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return null;
    }
  }

  private static boolean belongsToJvm(String target) {
    return target.endsWith(".jar")
        || target.endsWith("/lib/modules")
        || target.endsWith("random")
        || target.equals("/proc/" + ProcessHandle.current().pid() + "/fd");
  }

  private static List<String> lines(String path) {
    try {
      return Files.readAllLines(Path.of(path));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
