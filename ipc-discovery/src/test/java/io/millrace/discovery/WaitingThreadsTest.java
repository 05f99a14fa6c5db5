package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.LastRun;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.transfer.Acquirer;
import io.millrace.os.Credentials;
import io.millrace.os.EventFd;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads of both kinds that wait for a service, for the holder of a file or for descriptors: an
 * interrupt ends what may last, virtual ones leave their carriers to others.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitingThreadsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final int MANY = 2 * Runtime.getRuntime().availableProcessors() + 1;

  @TempDir Path root;
  @TempDir Path files;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  private Thread start(boolean virtual, Runnable task) {
    Thread.UncaughtExceptionHandler handler = (thread, failure) -> failures.add(failure);
    Thread thread =
        virtual
            ? Thread.ofVirtual().uncaughtExceptionHandler(handler).start(task)
            : Thread.ofPlatform().daemon().uncaughtExceptionHandler(handler).start(task);
    threads.add(thread);
    return thread;
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      assertTrue(thread.join(DEADLINE), "still waits");
    }
    assertEquals(List.of(), List.copyOf(failures));
  }

  @AfterEach
  void closeTheSleepersOfThisTest() {
    threads.forEach(Thread::interrupt);
  }

  /** Waits that last for ever, each of which returns whether its end was that of its time. */
  private Map<String, Runnable> waits(Registry registry, Path held, Path free) {
    Map<String, Runnable> waits = new LinkedHashMap<>();
    waits.put("await", () -> assertTrue(registry.await("never", FOREVER).isEmpty()));
    waits.put("awaitAlive", () -> assertFalse(Alive.awaitAlive(free, FOREVER)));
    waits.put("awaitEnd", () -> assertFalse(Alive.awaitEnd(held, FOREVER)));
    waits.put(
        "hold",
        () ->
            assertThrows(
                Alive.HeldException.class, () -> Alive.hold(held, FOREVER, lastRun -> {})));
    return waits;
  }

  @Test
  void anInterruptEndsAWaitAndIsKeptWheneverItComes() throws Exception {
    Path held = files.resolve("held");
    try (Registry registry = Registry.open(root);
        Alive holder = Alive.hold(held)) {
      AtomicInteger marks = new AtomicInteger();
      int started = 0;
      for (boolean virtual : new boolean[] {false, true}) {
        for (Runnable wait : waits(registry, held, files.resolve("free")).values()) {
          for (boolean before : new boolean[] {false, true}) {
            int sleeping = sleeping();
            Thread thread =
                start(
                    virtual,
                    () -> {
                      if (before) {
                        Thread.currentThread().interrupt();
                      }
                      wait.run();
                      marks.addAndGet(Thread.interrupted() ? 1 : 0);
                    });
            started++;
            if (!before) {
              Eventually.await("it waits", DEADLINE, () -> sleeping() > sleeping);
              thread.interrupt();
            }
            assertTrue(thread.join(DEADLINE), "still waits");
          }
        }
      }
      join();
      assertEquals(started, marks.get());
      assertEquals(LastRun.NONE, holder.lastRun());
    }
  }

  /** Each waits with an inotify descriptor of its own. */
  private static int sleeping() {
    return (int)
        OpenDescriptors.now().values().stream().filter(one -> one.contains("inotify")).count();
  }

  @Test
  void waitingVirtualThreadsLeaveTheirCarriers() throws Exception {
    String name = ".server.00000000000000af.sock";
    Path held = files.resolve("held");
    try (Liar liar = new Liar(root);
        UnixSocket deaf = UnixSocket.listen(liar.directory, name, MANY);
        Liar.Lie told = liar.tell(honest -> Liar.withSocket(honest, Credentials.pid(), name));
        Registry registry = Registry.open(RegistryOptions.defaults().root(root))) {
      Alive holder = Alive.hold(held);
      CountDownLatch begun = new CountDownLatch(4 * MANY);
      AtomicInteger found = new AtomicInteger();
      // Their publisher never answers.
      Guests guests = new Guests("this", () -> {}, new Callbacks(failures::add));
      Acquirer acquirer = new Acquirer(guests, liar.directory, Transfer.SOCKET, FOREVER);
      for (int i = 0; i < MANY; i++) {
        List<Runnable> waits =
            List.of(
                () -> found.addAndGet(registry.await("late", DEADLINE).isPresent() ? 1 : 0),
                () -> found.addAndGet(Alive.awaitAlive(files.resolve("free"), DEADLINE) ? 1 : 0),
                () -> found.addAndGet(Alive.awaitEnd(held, DEADLINE) ? 1 : 0),
                () ->
                    assertThrows(
                        RuntimeException.class, () -> guests.inside(() -> acquirer.acquire("x"))));
        for (Runnable wait : waits) {
          start(
              true,
              () -> {
                begun.countDown();
                wait.run();
              });
        }
      }
      assertTrue(begun.await(DEADLINE.toSeconds(), TimeUnit.SECONDS), "not all could begin");
      CountDownLatch ran = new CountDownLatch(1);
      Thread.ofVirtual().start(ran::countDown);
      assertTrue(ran.await(DEADLINE.toSeconds(), TimeUnit.SECONDS), "no carrier is left");
      registry.publish(ServiceSpec.named("late"));
      Alive.hold(files.resolve("free")).close();
      try (Alive freed = Alive.hold(files.resolve("free"))) {
        holder.close();
        guests.close();
        join();
        assertEquals(LastRun.CLEAN, freed.lastRun());
      }
      assertEquals(3 * MANY, found.get());
      assertTrue(told.locked().number() >= 0 && deaf.descriptor().number() >= 0);
    }
  }

  /** It lasts two seconds at most; an interrupt does not end it, nor make it spin. */
  @Test
  void anInterruptedThreadGetsDescriptorsAllTheSame() throws Exception {
    try (EventFd event = EventFd.create();
        Registry registry = Registry.open(root);
        Registry joiner =
            Registry.open(RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET))) {
      registry.publish(
          ServiceSpec.named("x").descriptor(event.descriptor().number(), DescriptorKind.EVENT));
      for (boolean virtual : new boolean[] {false, true}) {
        start(
            virtual,
            () -> {
              Thread.currentThread().interrupt();
              joiner.acquire("x").close();
              registry.publish(ServiceSpec.named("y" + virtual));
              assertTrue(Thread.interrupted());
            });
      }
      join();
    }
  }
}
