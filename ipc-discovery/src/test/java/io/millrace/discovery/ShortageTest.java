package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.EventFd;
import io.millrace.os.SystemCallException;
import io.millrace.ring.Ring;
import io.millrace.ring.RingException;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process runs out of descriptors at every point of everything it does. */
class ShortageTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);
  private static final int MOST_NEEDED = 40;

  @TempDir Path root;

  /** Does everything with ever more descriptors left, until nothing fails any more. */
  static final class Starving {
    private final Path root;
    private final Registry registry;
    private final Ring ring;

    private Starving(Path root, Registry registry, Ring ring) {
      this.root = root;
      this.registry = registry;
      this.ring = ring;
    }

    public static void main(String[] arguments) throws Exception {
      // A class that is not loaded yet may need a descriptor: that is the JVM's affair.
      for (Class<?> one : List.of(Registry.class, Ring.class, Starving.class, Eventually.class)) {
        loadAll(Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()));
      }
      Path root = Path.of(arguments[0]);
      RegistryOptions options = new RegistryOptions().root(root).errorHandler(failure -> {});
      try (Registry registry = Registry.open(options);
          Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
        registry.publish("ring", ring, Capabilities.none());
        Starving self = new Starving(root, registry, ring);
        self.tasks().forEach(self::starve);
      }
      System.out.println("survived");
    }

    private static void loadAll(Path classes) throws IOException {
      if (!Files.isDirectory(classes)) {
        return;
      }
      try (Stream<Path> files = Files.walk(classes)) {
        List<String> names =
            files
                .map(file -> classes.relativize(file).toString())
                .filter(name -> name.matches("io/millrace/(os|ring|discovery|testkit)/.*[.]class"))
                .filter(name -> !name.contains("Stress") && !name.contains("package-info"))
                .map(name -> name.replace('/', '.').replaceAll("[.]class$", ""))
                .toList();
        names.forEach(Starving::load);
      }
    }

    private static void load(String name) {
      try {
        Class.forName(name, false, Starving.class.getClassLoader());
      } catch (ClassNotFoundException impossible) {
        throw new IllegalStateException(name, impossible);
      }
    }

    private Map<String, Runnable> tasks() {
      Map<String, Runnable> tasks = new LinkedHashMap<>();
      tasks.put("open", () -> Registry.open(root).close());
      tasks.put("publish", () -> registry.publish("x", ring, Capabilities.none()).close());
      tasks.put("publish elsewhere", this::publishElsewhere);
      tasks.put("list", registry::list);
      for (Transfer way : Transfer.values()) {
        tasks.put("join " + way, () -> join(way));
      }
      tasks.put("watch", () -> registry.watch(service -> {}).close());
      tasks.put("await", () -> registry.await("nobody", Duration.ofMillis(1)));
      tasks.put("hold", () -> Alive.hold(root.resolveSibling("alive")).close());
      tasks.put("examine", () -> Doctor.examine(new RegistryOptions().root(root)));
      return tasks;
    }

    private void publishElsewhere() {
      try (Registry other = Registry.open(root)) {
        other.publish("z", ring, Capabilities.none());
      }
    }

    private void join(Transfer way) {
      try (Registry other = Registry.open(new RegistryOptions().root(root).transfer(way));
          Ring joined = other.joinRing("ring")) {
        assertEquals(ring.capacity(), joined.capacity());
      }
    }

    private void starve(String name, Runnable task) {
      task.run();
      task.run();
      // A look of the watcher's thread may be under way: then it is one more than later.
      int before = OpenDescriptors.now().size();
      int failures = 0;
      for (int left = 0; left < MOST_NEEDED; left++) {
        List<EventFd> all = takeAllBut(left);
        try {
          task.run();
        } catch (DiscoveryException | RingException | UncheckedIOException refused) {
          failures++;
          assertTrue(refused.getMessage() != null, name);
          if (left < 3) {
            System.out.println("# " + name + " with " + left + ": " + refused.getMessage());
          }
        } finally {
          all.forEach(EventFd::close);
        }
        String when = name + " with " + left + " descriptors left";
        Eventually.await(when, DEADLINE, () -> OpenDescriptors.now().size() <= before);
        // What was handed over may lie there still, and the watcher may just have it in hand.
        Eventually.await(when, DEADLINE, this::isAlone);
      }
      System.out.println("done " + name + ", " + failures + " failures");
      task.run();
    }

    private boolean isAlone() {
      registry.gc();
      return Alien.names(root).stream().filter(HiddenNames::isService).count() == 1;
    }

    private static List<EventFd> takeAllBut(int left) {
      List<EventFd> all = new ArrayList<>();
      try {
        while (true) {
          all.add(EventFd.create());
        }
      } catch (SystemCallException none) {
        for (int i = 0; i < left; i++) {
          all.remove(all.size() - 1).close();
        }
        return all;
      }
    }
  }

  @Test
  void withoutDescriptorsEverythingFailsCleanlyAndWorksAgainLater() {
    Tools.assumeWorks("prlimit", "--version");
    List<String> few = List.of("prlimit", "--nofile=160");
    try (ChildProcess child =
        ChildProcess.startUnder(few, List.of(), Starving.class, root.resolve("root").toString())) {
      child.expectLine("survived", DEADLINE);
    }
  }
}
