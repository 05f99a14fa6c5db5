package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.publish.PublishingConditions;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.watch.Watcher;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process runs out of descriptors at every point of everything it does. */
class ShortageTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);
  private static final int MOST_NEEDED = 40;

  @TempDir Path root;

  /** How services went, as a watch tells it. */
  private static final class Told implements ServiceListener {
    private final List<Departure> departures = new CopyOnWriteArrayList<>();
    private final AtomicBoolean resting = new AtomicBoolean();

    private Departure last() {
      return departures.isEmpty() ? null : departures.getLast();
    }

    @Override
    public void onUp(Service service) {}

    @Override
    public void onDown(Service service, Departure reason) {
      departures.add(reason);
    }

    @Override
    public void onMissed(String name, Departure reason) {
      departures.add(reason);
    }

    @Override
    public void onCaughtUp() {
      resting.set(true);
    }
  }

  /** Does everything with ever more descriptors left, until nothing fails any more. */
  static final class Starving {
    private static final AtomicBoolean FAILED = new AtomicBoolean();

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
      RegistryOptions options =
          RegistryOptions.defaults().root(root).errorHandler(failure -> FAILED.set(true));
      try (Registry registry = Registry.open(options);
          Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
        registry.publish("ring", ring, Capabilities.none());
        Starving self = new Starving(root, registry, ring);
        self.tasks().forEach(self::starve);
        self.starveAtTheLastStep(false, Departure.WITHDRAWN);
        self.starveAtTheLastStep(true, Departure.DIED);
        self.starveARemoval();
        self.starveAFirstLook();
        self.starveAdoptions();
        self.starveASuccessor();
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
      tasks.put("examine", () -> Doctor.examine(RegistryOptions.defaults().root(root)));
      return tasks;
    }

    private void publishElsewhere() {
      try (Registry other = Registry.open(root)) {
        other.publish("z", ring, Capabilities.none());
      }
    }

    private void join(Transfer way) {
      try (Registry other = Registry.open(RegistryOptions.defaults().root(root).transfer(way));
          Ring joined = other.joinRing("ring")) {
        assertEquals(ring.capacity(), joined.capacity());
      }
    }

    private void starveAdoptions() {
      try (Adoption first = registry.adopt("y", ring)) {
        // The watch of all adoptions has begun by then, and keeps what it needs.
        Eventually.await("adoption", DEADLINE, () -> isPublishing(first));
      }
      starve("adopt", () -> registry.adopt("y", ring).close());
    }

    /** A name appears, and then not even one descriptor is left to keep it. */
    private void starveAtTheLastStep(boolean toBeContinued, Departure expected) {
      awaitTheEndOfThreads();
      Told told = new Told();
      List<EventFd> all = new ArrayList<>();
      PublishingConditions conditions =
          new PublishingConditions() {
            @Override
            public boolean isViewCurrent() {
              all.addAll(takeAllBut(0));
              return true;
            }

            @Override
            public boolean isToBeContinued() {
              return toBeContinued;
            }
          };
      Watch watch = registry.watch(told);
      // So that it gives no descriptor back meanwhile.
      Eventually.await("watch", DEADLINE, told.resting::get);
      assertThrows(
          SystemCallException.class, () -> registry.publish(ServiceSpec.named("last"), conditions));
      all.forEach(EventFd::close);
      Eventually.await("departure", DEADLINE, () -> told.last() == expected);
      watch.close();
      assertTrue(isAlone());
    }

    /** One descriptor is left to find a dead record with, and none to remove it. */
    private void starveARemoval() {
      awaitTheEndOfThreads();
      try (Directory directory = Directory.open(root);
          Watcher watcher = new Watcher(directory, new Cleaner(directory), service -> {})) {
        watcher.start();
        Publication dying = registry.publish(ServiceSpec.named("dying"));
        watcher.awaitAndTell();
        List<EventFd> all = takeAllBut(0);
        dying.handOver();
        all.addAll(takeAllBut(1));
        assertThrows(SystemCallException.class, watcher::awaitAndTell);
        all.forEach(EventFd::close);
        watcher.lookAtEverythingLater();
        watcher.awaitAndTell();
      }
      assertTrue(isAlone());
    }

    /** A name has come and gone when it is looked at for the first time, and that fails. */
    private void starveAFirstLook() {
      Told told = new Told();
      try (Directory directory = Directory.open(root);
          Watcher watcher = new Watcher(directory, new Cleaner(directory), told)) {
        watcher.start();
        registry.publish(ServiceSpec.named("brief")).close();
        List<EventFd> all = takeAllBut(0);
        assertThrows(SystemCallException.class, watcher::awaitAndTell);
        all.forEach(EventFd::close);
        watcher.lookAtEverythingLater();
        watcher.awaitAndTell();
      }
      assertEquals(List.of(Departure.WITHDRAWN), told.departures);
    }

    /** There are descriptors to look around with, but too few to publish. */
    private void starveASuccessor() {
      boolean wasShort = false;
      while (!wasShort) {
        FAILED.set(false);
        try (Registry first = Registry.open(root)) {
          Publication dying = first.publish("y", ring, Capabilities.none());
          try (Adoption adoption = registry.adopt("y", ring)) {
            List<EventFd> all = takeAllBut(3);
            dying.handOver();
            // Where a thread had a descriptor for a moment it was one more, which may be enough.
            Eventually.await("failure", DEADLINE, () -> FAILED.get() || isPublishing(adoption));
            wasShort = !isPublishing(adoption);
            all.forEach(EventFd::close);
            Eventually.await("adoption", DEADLINE, () -> isPublishing(adoption));
          }
        }
        Eventually.await("alone", DEADLINE, this::isAlone);
      }
    }

    private static boolean isPublishing(Adoption adoption) {
      return adoption.state() == Adoption.State.PUBLISHING;
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
        } catch (MillraceException refused) {
          failures++;
          // No class of JUnit: there may be no descriptor left to open its jar with.
          if (refused.getMessage() == null) {
            throw new AssertionError(name, refused);
          }
          if (left < 3) {
            System.out.println("# " + name + " with " + left + ": " + refused.getMessage());
          }
        } finally {
          all.forEach(EventFd::close);
        }
        String when = name + " with " + left + " descriptors left";
        Eventually.await(when, DEADLINE, () -> OpenDescriptors.now().size() <= before);
        // What was handed over lies there until the watch has it removed.
        Eventually.await(when, DEADLINE, this::isAlone);
      }
      System.out.println("done " + name + ", " + failures + " failures");
      task.run();
    }

    /** A thread of what was closed before may give descriptors back: they would be one too many. */
    private static void awaitTheEndOfThreads() {
      Eventually.await(
          "end of watches and spare threads",
          DEADLINE,
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().matches("millrace-(watch|spare)")));
    }

    private boolean isAlone() {
      return Alien.names(root).stream().filter(Service::isName).count() == 1;
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

  @Tag("pidfd_getfd")
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
