package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.LastRun;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Directory;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An orderly end is no crash, although nobody has written a hook; a kill is one. */
class ShutdownTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NO_HOOK = "-Dmillrace.shutdownHook=false";

  @TempDir Path root;

  private Path alive() {
    return root.resolve("holder.alive");
  }

  /** Publishes and holds as a program of the README does, and ends as it is told. */
  static final class Program {
    private static Registry registry;

    public static void main(String[] arguments) throws Exception {
      Path root = Path.of(arguments[0]);
      registry = Registry.open(root);
      Alive alive = Alive.hold(root.resolve("holder.alive"));
      Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
      Publication publication = registry.publish("x", ring, Capabilities.none());
      System.out.println("ready " + alive.lastRun() + publication);
      int end = System.in.read();
      switch (end) {
        case 'e' -> System.exit(1);
        case 'h' -> Runtime.getRuntime().halt(1);
        case 'u' -> throw new IllegalStateException("nobody catches this");
        case 'o' -> Shutdown.useHook(false);
        case 'w' -> withdrawInOwnOrder(false);
        case 'l' -> withdrawInOwnOrder(true);
        default -> {
          return;
        }
      }
      System.out.println("waiting");
      LockSupport.park();
    }

    /** In a hook of its own, that of the library being off; late: when ours has run. */
    private static void withdrawInOwnOrder(boolean late) {
      if (!late) {
        Shutdown.useHook(false);
      }
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    if (late) {
                      openLate();
                    } else {
                      Shutdown.withdrawAll();
                    }
                  }));
    }

    private static void openLate() {
      Eventually.await("ours has run", DEADLINE, () -> registry.find("x").isEmpty());
      Alive.hold(registry.root().resolve("late.alive"));
      Publication late = registry.publish(ServiceSpec.named("late"));
      late.close();
      System.out.println("opened late");
    }
  }

  private ChildProcess start(Class<?> main, String... flags) {
    ChildProcess child = ChildProcess.startUnder(List.of(), List.of(flags), main, root.toString());
    child.expectLine("ready", DEADLINE);
    return child;
  }

  private static void terminate(ChildProcess child) {
    Signals.send("TERM", child.pid());
    assertEquals(143, child.awaitExit(DEADLINE), () -> child.printed().toString());
  }

  /** Tells how the service and the holder of a program went. */
  private String end(String command, String... flags) {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Registry registry = Registry.open(root);
        ChildProcess child = start(Program.class, flags)) {
      registry.watch(
          new ServiceListener() {
            @Override
            public void onUp(Service service) {
              told.add("up");
            }

            @Override
            public void onDown(Service service, Departure reason) {
              told.add(service.name() + " " + reason);
            }

            @Override
            public void onMissed(String name, Departure reason) {
              told.add(name + " " + reason);
            }
          });
      Eventually.await("it is up", DEADLINE, () -> told.contains("up"));
      if (command.equals("TERM") || command.equals("KILL")) {
        Signals.send(command, child.pid());
      } else {
        child.send(command);
        if ("owl".contains(command)) {
          child.expectLine("waiting", DEADLINE);
          Signals.send("TERM", child.pid());
        }
      }
      int status = child.awaitExit(DEADLINE);
      assertTrue(List.of(0, 1, 137, 143).contains(status), () -> child.printed().toString());
      Eventually.await("it is down", DEADLINE, () -> told.size() > 1);
      if (told.contains("x WITHDRAWN")) {
        assertEquals(List.of("holder.alive"), dropLate(Alien.names(root)));
      }
    }
    told.removeIf(line -> line.equals("up") || line.equals("late WITHDRAWN"));
    return String.join(", ", told) + ", " + Alive.lastRunOf(alive()).orElseThrow();
  }

  private static List<String> dropLate(List<String> names) {
    return names.stream().filter(name -> !name.equals("late.alive")).toList();
  }

  @Test
  void whoIsTerminatedWithdrawsAndEndsClean() {
    assertEquals("x WITHDRAWN, CLEAN", end("TERM"));
  }

  /** Both are the program's own decision to end, or the end of its last thread. */
  @ParameterizedTest
  @ValueSource(strings = {"e", "u", "r"})
  void everyOrderlyEndIsClean(String how) {
    assertEquals("x WITHDRAWN, CLEAN", end(how));
  }

  @Test
  void whoIsKilledOrHaltsHasCrashed() {
    assertEquals("x DIED, CRASHED", end("KILL"));
    assertEquals("x DIED, CRASHED", end("h"));
  }

  @Test
  void theHookCanBeTurnedOffByAPropertyAndByACall() {
    assertEquals("x DIED, CRASHED", end("TERM", NO_HOOK));
    assertEquals("x DIED, CRASHED", end("o"));
  }

  @Test
  void whoWantsAnOrderWithdrawsWhereItBelongs() {
    assertEquals("x WITHDRAWN, CLEAN", end("w"));
  }

  @Test
  void whatIsOpenedDuringTheShutdownIsNoCrashEither() {
    assertEquals("x WITHDRAWN, CLEAN", end("l"));
    assertEquals(Optional.of(LastRun.CLEAN), Alive.lastRunOf(root.resolve("late.alive")));
  }

  /** Has something to withdraw for the first time when the JVM takes no hook any more. */
  static final class LateProgram {
    public static void main(String[] arguments) {
      Path root = Path.of(arguments[0]);
      Registry registry = Registry.open(root);
      Directory.open(root).close(); // Loads what needs a hook of its own today.
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    registry.publish(ServiceSpec.named("late"));
                    Alive.hold(root.resolve("late.alive"));
                    System.out.println("opened " + registry.find("late").isPresent());
                  }));
      System.out.println("ready");
      LockSupport.park();
    }
  }

  @Test
  void theFirstThingToWithdrawCanComeDuringTheShutdown() {
    try (ChildProcess child = start(LateProgram.class)) {
      terminate(child);
      child.expectLine("opened", DEADLINE);
    }
    assertEquals(Optional.of(LastRun.CLEAN), Alive.lastRunOf(root.resolve("late.alive")));
    assertFalse(Alien.names(root).contains("late"));
  }

  /** Threads that live on beside the hooks, and use all that there is. */
  static final class BusyProgram {
    private static volatile long rounds;

    public static void main(String[] arguments) {
      Registry registry = Registry.open(Path.of(arguments[0]));
      Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
      Publication publication = registry.publish("x", ring, Capabilities.none());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> outlast(registry)));
      Thread busy = new Thread(() -> work(ring, publication), "busy");
      busy.setDaemon(true);
      busy.start();
      Eventually.await("it works", DEADLINE, () -> rounds > 100);
      System.out.println("ready");
      LockSupport.park();
    }

    private static void outlast(Registry registry) {
      Eventually.await("ours has run", DEADLINE, () -> registry.find("x").isEmpty());
      long then = rounds;
      Eventually.await("they live on", DEADLINE, () -> rounds > then + 1000);
      System.out.println("lived on");
    }

    private static void work(Ring ring, Publication publication) {
      Producer producer = ring.addProducer();
      Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
      UnsafeBuffer record = new UnsafeBuffer(new byte[8]);
      while (true) {
        producer.offer(1, record, 0, 8);
        consumer.poll((type, data, at, size) -> {}, 10);
        try {
          publication.update(Capabilities.none().with("round", rounds));
        } catch (ClosedException withdrawn) {
          consumer.poll((type, data, at, size) -> {}, 10);
        }
        rounds++;
      }
    }
  }

  @Test
  void threadsThatLiveOnAreNotHurt() {
    try (ChildProcess child = start(BusyProgram.class)) {
      terminate(child);
      child.expectLine("lived on", DEADLINE);
    }
    assertEquals(List.of(), Alien.names(root));
  }

  /** What an adopter publishes belongs to all who adopt it. */
  @Test
  void anAdoptedServiceIsHandedOverAndNotWithdrawn() {
    List<ChildProcess> members = new ArrayList<>();
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
      Publication first = registry.publish("ring", ring, Capabilities.none());
      for (int i = 0; i < 2; i++) {
        ChildProcess member =
            ChildProcess.start(AdoptionTest.Member.class, root.toString(), "join");
        member.expectLine("member", DEADLINE);
        members.add(member);
      }
      first.handOver();
      int pid = awaitPublisherOtherThan(registry, 0);
      ChildProcess publisher =
          members.stream().filter(one -> one.pid() == pid).findFirst().orElseThrow();
      terminate(publisher);
      assertTrue(awaitPublisherOtherThan(registry, pid) != pid);
    } finally {
      members.forEach(ChildProcess::close);
    }
  }

  private static int awaitPublisherOtherThan(Registry registry, int pid) {
    int[] found = new int[1];
    Eventually.await(
        "another publisher",
        DEADLINE,
        () -> {
          found[0] = registry.find("ring").map(Service::pid).orElse(pid);
          return found[0] != pid;
        });
    return found[0];
  }
}
