package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long MEGA = 1L << 20;
  private static final long LIMIT = 300 * MEGA;

  @TempDir Path temporary;

  @Test
  void thereIsSomeButNotMoreThanTheMachineHas() throws IOException {
    long kilobytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:") || line.startsWith("SwapTotal:")) {
        kilobytes += Long.parseLong(line.split("\\s+")[1]);
      }
    }
    long available = AvailableMemory.tightest().bytes();
    assertTrue(available > 0 && available <= kilobytes * 1024, "available: " + available);
  }

  @Test
  void inAFullControlGroupMemoryIsRefusedAndNobodyIsKilled() throws IOException {
    expectRefusal("nested", "memfd");
  }

  @Test
  void soIsAFileInMemory() throws IOException {
    expectRefusal("nested", "file");
  }

  /** The kernel gives them up for the ring. */
  @Test
  void pagesOfFilesInAControlGroupAreNoHindrance() throws IOException {
    try (Group group = new Group(LIMIT);
        ChildProcess child = inside(group.directory, "cache", temporary.toString())) {
      assertEquals("1", child.expectLine("made ", SOON), () -> "" + child.printed());
    }
  }

  private void expectRefusal(String below, String what) throws IOException {
    try (Group group = new Group(LIMIT)) {
      Path nested = Files.createDirectory(group.directory.resolve(below));
      try (ChildProcess child = inside(nested, what, "/dev/shm")) {
        String refusal = child.expectLine("refused ", SOON);
        Matcher told = Pattern.compile("of the ([0-9]+) bytes that are left").matcher(refusal);
        assertTrue(told.find(), refusal);
        assertTrue(Long.parseLong(told.group(1)) < 20 * MEGA, refusal);
        assertTrue(refusal.contains("of the " + LIMIT + " in " + group.directory), refusal);
        assertTrue(refusal.contains("memory limit of this container"), refusal);
        assertEquals(0, child.awaitExit(SOON), () -> "" + child.printed());
      } finally {
        Files.delete(nested);
      }
    }
  }

  private static ChildProcess inside(Path group, String... arguments) {
    String enter = "echo $$ > '" + group + "/cgroup.procs' && exec \"$@\"";
    List<String> flags = List.of("-Xms32m", "-Xmx32m", "-XX:+AlwaysPreTouch");
    return ChildProcess.startUnder(
        List.of("sh", "-c", enter, "sh"), flags, Filler.class, arguments);
  }

  /** A real one with a limit; skips the test where this user or this machine cannot make one. */
  private static final class Group implements AutoCloseable {
    final Path directory;

    Group(long limit) throws IOException {
      Path first = Path.of("/sys/fs/cgroup/memory");
      boolean one = Files.isDirectory(first);
      Path top = one ? first : Path.of("/sys/fs/cgroup");
      directory = top.resolve("millrace-test-" + ProcessHandle.current().pid());
      try {
        if (!one) {
          Files.writeString(top.resolve("cgroup.subtree_control"), "+memory");
        }
        Files.createDirectory(directory);
      } catch (IOException refused) {
        assumeTrue(false, "no control group can be made here: " + refused);
      }
      String file = one ? "memory.limit_in_bytes" : "memory.max";
      Files.writeString(directory.resolve(file), Long.toString(limit));
    }

    @Override
    public void close() throws IOException {
      Files.delete(directory);
    }
  }

  /** Fills memory until it is refused. */
  static final class Filler {
    public static void main(String[] arguments) throws IOException {
      Path place = Path.of(arguments[1]);
      try (Directory directory = Directory.open(place)) {
        switch (arguments[0]) {
          case "memfd" -> fill(() -> Memfd.create("filler", 16 * MEGA));
          case "file" -> fill(() -> reserved(directory));
          default -> {
            Files.write(place.resolve("large"), new byte[(int) (8 * MEGA)]);
            for (int i = 0; i < 30; i++) {
              Files.copy(place.resolve("large"), place.resolve("large" + i));
            }
            Memfd.create("filler", 128 * MEGA).close();
            System.out.println("made 1");
          }
        }
      }
    }

    private static Descriptor reserved(Directory directory) {
      Descriptor file = directory.createNamelessFile(0600);
      try {
        FileSpace.reserve(file, 0, 16 * MEGA);
        return file;
      } catch (RuntimeException | Error failure) {
        file.close();
        throw failure;
      }
    }

    private static void fill(java.util.function.Supplier<Descriptor> one) {
      Deque<Descriptor> all = new ArrayDeque<>();
      try {
        while (true) {
          all.add(one.get());
        }
      } catch (SystemCallException refused) {
        System.out.println("refused " + refused.getMessage());
      }
      all.forEach(Descriptor::close);
    }
  }
}
