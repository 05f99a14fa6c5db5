package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.publish.PublishTickets;
import io.millrace.discovery.transfer.Acquirer;
import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import io.millrace.os.EventFd;
import io.millrace.os.UnixSocket;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A close ends whatever waits, waits for nobody itself, and leaves nothing that can be used. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeavesNothingOpen.class)
class ClosingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  @TempDir Path root;

  private static <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "waiting");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static void assertEndedByClose(FutureTask<?> task) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> task.get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    assertInstanceOf(ClosedException.class, failure.getCause());
  }

  @Test
  void aCloseEndsTheWaitForAService() {
    Registry registry = Registry.open(root);
    FutureTask<?> waiting = start(() -> registry.await("never", FOREVER));
    awaitFrame("until");
    registry.close();
    assertEndedByClose(waiting);
  }

  /** With a patience that no test outlasts: nothing but the close ends it. */
  @Test
  void aCloseEndsTheWaitForDescriptors() {
    String name = ".server.00000000000000ae.sock";
    try (Liar liar = new Liar(root);
        UnixSocket listener = UnixSocket.listen(liar.directory, name, 0);
        Liar.Lie told = liar.tell(honest -> Liar.withSocket(honest, Credentials.pid(), name))) {
      // The first is let in and gets no answer, the second finds no room.
      List<FutureTask<?>> waiting = new ArrayList<>();
      Guests guests = new Guests("this", () -> {}, new Callbacks(failure -> {}));
      Acquirer acquirer = new Acquirer(guests, liar.directory, Transfer.SOCKET, FOREVER);
      for (String method : List.of("awaitMessage", "pause")) {
        waiting.add(start(() -> guests.inside(() -> acquirer.acquire("x"))));
        awaitFrame(method);
      }
      guests.close();
      waiting.forEach(ClosingTest::assertEndedByClose);
      assertTrue(told.locked().number() >= 0 && listener.descriptor().number() >= 0);
    }
  }

  @Test
  void aCloseEndsTheWaitForATurn() {
    Guests guests = new Guests("this", () -> {}, new Callbacks(failure -> {}));
    try (Directory directory = Directory.open(root);
        PublishTickets hog = new PublishTickets(directory, 0600, FOREVER, () -> {});
        PublishTickets turns = new PublishTickets(directory, 0600, FOREVER, guests::requireOpen)) {
      try (PublishTickets.Turn held = hog.take("x")) {
        List<FutureTask<?>> waiting = new ArrayList<>();
        // The second one waits for the first, which waits for another process, as it were.
        for (int i = 0; i < 2; i++) {
          waiting.add(start(() -> guests.inside(() -> turns.take("x"))));
        }
        awaitFrame("pause");
        guests.close();
        waiting.forEach(ClosingTest::assertEndedByClose);
        assertTrue(held.next(1) > 0);
      }
    }
  }

  private static void awaitFrame(String method) {
    Eventually.await(
        "a thread in " + method,
        DEADLINE,
        () ->
            Thread.getAllStackTraces().values().stream()
                .anyMatch(
                    frames ->
                        List.of(frames).stream()
                            .anyMatch(
                                frame ->
                                    frame.getMethodName().equals(method)
                                        && frame.getClassName().startsWith("io.millrace"))));
  }

  /** Neither for its registry nor by itself; and the directory is free for the next to come. */
  @Test
  void aListenerThatDoesNotReturnHoldsUpNoClose() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Registry registry = Registry.open(root);
    Publication publication = registry.publish(ServiceSpec.named("a"));
    Watch watch =
        registry.watch(
            service -> {
              inside.countDown();
              try {
                go.await();
              } catch (InterruptedException interruption) {
                throw new AssertionError(interruption);
              }
            });
    inside.await();
    watch.close();
    registry.close();
    try (Directory directory = Directory.open(root)) {
      assertTrue(DirectoryLock.tryExclusive(directory), "the registry still has its directory");
    }
    assertEquals(List.of(), Alien.names(root));
    assertThrows(ClosedException.class, () -> publication.update(Capabilities.none()));
    go.countDown();
  }

  @Test
  void afterTheCloseEveryMethodSaysSo() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(1));
        Registry other = Registry.open(root)) {
      Publication service = other.publish("ring", ring, Capabilities.none());
      Registry registry = Registry.open(root);
      RegistryView view = RegistryView.open(RegistryOptions.defaults().root(root));
      Publication publication = registry.publish(ServiceSpec.named("x"));
      Adoption adoption = registry.adopt("ring", ring);
      Acquisition acquisition = registry.acquire("ring");
      Watch watch = registry.watch(one -> {});
      for (int i = 0; i < 2; i++) {
        registry.close();
        view.close();
      }
      Map<String, Executable> calls = new LinkedHashMap<>();
      ServiceSpec spec = ServiceSpec.named("y");
      calls.put("publish", () -> registry.publish(spec));
      calls.put("publish a ring", () -> registry.publish("y", ring, Capabilities.none()));
      calls.put("list", registry::list);
      calls.put("list some", () -> registry.list(Filters.any()));
      calls.put("scan", registry::scan);
      calls.put("find", () -> registry.find("ring"));
      calls.put("await", () -> registry.await("ring", FOREVER));
      calls.put("watch", () -> registry.watch(one -> {}));
      calls.put("watch some", () -> registry.watch(Filters.any(), one -> {}));
      calls.put("gc", registry::gc);
      calls.put("acquire", () -> registry.acquire("ring"));
      calls.put("joinRing", () -> registry.joinRing("ring"));
      calls.put("adopt", () -> registry.adopt(spec));
      calls.put("adopt a ring", () -> registry.adopt("ring", ring));
      calls.put("view: scan", view::scan);
      calls.put("view: find", () -> view.find("ring"));
      calls.put("view: transferTo", () -> view.transferTo(service.service()));
      calls.put("view: acquire", () -> view.acquire("ring"));
      calls.put("view: joinRing", () -> view.joinRing("ring"));
      calls.put("view: watch", () -> view.watch(one -> {}));
      calls.put("view: leftovers", view::leftovers);
      calls.put("update", () -> publication.update(Capabilities.none()));
      calls.forEach((name, call) -> assertThrows(ClosedException.class, call, name));
      // What needs nothing works; what is over is over.
      assertEquals(root, registry.root());
      assertEquals(root, view.root());
      assertTrue(view.exists());
      assertEquals("x", publication.service().name());
      assertEquals(Adoption.State.FOLLOWING, adoption.state());
      assertEquals(2, acquisition.descriptors().length);
      publication.close();
      publication.handOver();
      adoption.close();
      watch.close();
      acquisition.close();
      acquisition.close();
      assertThrows(ClosedException.class, acquisition::descriptors);
      assertThrows(ClosedException.class, acquisition::take);
      assertEquals(List.of(service.service()), other.list());
    }
  }

  @Test
  void whatWasTakenIsTheTakersAndIsTakenOnce() {
    try (EventFd event = EventFd.create();
        Registry registry = Registry.open(root)) {
      registry.publish(
          ServiceSpec.named("x").descriptor(event.descriptor().number(), DescriptorKind.EVENT));
      Acquisition acquisition = registry.acquire("x");
      int[] taken = acquisition.take();
      assertThrows(ClosedException.class, acquisition::take);
      acquisition.close();
      Descriptor.adopt(taken[0], "taken").close();
    }
  }

  /** A call that is inside keeps the directory for itself only, and gives it up as the last one. */
  @Test
  void theLastOneOutReleases() throws Exception {
    List<Thread> released = new ArrayList<>();
    Guests guests =
        new Guests(
            "this", () -> released.add(Thread.currentThread()), new Callbacks(failure -> {}));
    guests.enter();
    start(
            () -> {
              guests.close();
              return null;
            })
        .get();
    assertEquals(List.of(), released);
    assertThrows(ClosedException.class, guests::enter);
    guests.exit();
    assertSame(Thread.currentThread(), released.get(0));
    assertEquals(1, released.size());
  }
}
