package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.model.TransferException;
import io.millrace.discovery.publish.PublishTickets;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Listeners, filters, access rules and error handlers may throw what they like, and close what
 * called them: the next call comes, and everything that was thrown is told to somebody.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeavesNothingOpen.class)
class CallbacksTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  private final List<Throwable> reported = new CopyOnWriteArrayList<>();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Thread.UncaughtExceptionHandler before;

  @BeforeEach
  void listenForUncaughtOnes() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
  }

  @AfterEach
  void listenNoMore() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  private Registry open(RegistryOptions options) {
    return Registry.open(options.root(root));
  }

  private Registry open() {
    return open(RegistryOptions.defaults().errorHandler(reported::add));
  }

  private static void awaitSize(List<?> list, int size) {
    Eventually.await(list + " has " + size, DEADLINE, () -> list.size() >= size);
  }

  private static ServiceSpec withEvent(String name, EventFd event) {
    return ServiceSpec.named(name).descriptor(event.descriptor().number(), DescriptorKind.EVENT);
  }

  /** An error in each of the methods of a listener. */
  private final class Throwing implements ServiceListener {
    private final Error error = new AssertionError("mine");

    @Override
    public void onUp(Service service) {
      told.add("up");
      throw error;
    }

    @Override
    public void onChanged(Service former, Service now) {
      told.add("changed");
      throw error;
    }

    @Override
    public void onDown(Service service, Departure reason) {
      told.add("down");
      throw error;
    }

    @Override
    public void onCaughtUp() {
      throw error;
    }
  }

  @Test
  void anErrorInAListenerIsToldAndTheNextCallsCome() {
    Throwing listener = new Throwing();
    try (Registry registry = open()) {
      registry.watch(listener);
      awaitSize(reported, 1);
      Publication publication = registry.publish(ServiceSpec.named("a"));
      awaitSize(told, 1);
      publication.update(Capabilities.none().with("n", 1));
      awaitSize(told, 2);
      publication.close();
      awaitSize(told, 3);
      assertEquals(List.of("up", "changed", "down"), told);
      awaitSize(reported, 5);
    }
    reported.forEach(one -> assertSame(listener.error, one));
    assertEquals(List.of(), uncaught);
  }

  @Test
  void anErrorInAFilterIsToldAndTheNextServicesAreAsked() {
    Predicate<Service> filter =
        service -> {
          if (service.name().equals("bad")) {
            throw new StackOverflowError("mine");
          }
          return true;
        };
    try (Registry registry = open()) {
      registry.watch(filter, service -> told.add(service.name()));
      registry.publish(ServiceSpec.named("bad"));
      awaitSize(reported, 1);
      registry.publish(ServiceSpec.named("good"));
      awaitSize(told, 1);
    }
    assertEquals(List.of("good"), told);
  }

  @Test
  void whatAnErrorHandlerThrowsGoesToTheHandlerOfUncaughtExceptionsAndTheWatchGoesOn() {
    RuntimeException second = new IllegalStateException("the handler's");
    RegistryOptions options =
        RegistryOptions.defaults()
            .errorHandler(
                failure -> {
                  throw second;
                });
    try (Registry registry = open(options)) {
      registry.watch(
          service -> {
            told.add(service.name());
            throw new AssertionError("the listener's");
          });
      registry.publish(ServiceSpec.named("a"));
      awaitSize(uncaught, 1);
      registry.publish(ServiceSpec.named("b"));
      awaitSize(uncaught, 2);
    }
    assertEquals(List.of("a", "b"), told);
    uncaught.forEach(one -> assertSame(second, one));
    assertEquals("the listener's", second.getSuppressed()[0].getMessage());
  }

  @Test
  void evenAHandlerOfUncaughtExceptionsThatThrowsEndsNoWatch() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          uncaught.add(failure);
          throw new IllegalStateException("and this one as well");
        });
    try (Registry registry = open(RegistryOptions.defaults())) {
      registry.watch(
          service -> {
            told.add(service.name());
            throw new IllegalStateException("mine");
          });
      registry.publish(ServiceSpec.named("a"));
      awaitSize(uncaught, 1);
      registry.publish(ServiceSpec.named("b"));
      awaitSize(told, 2);
    }
  }

  @Test
  void anErrorInAnAccessRuleDeniesIsToldAndTheOthersAreServed() {
    try (EventFd event = EventFd.create();
        Registry registry = open();
        Registry joiner = open(RegistryOptions.defaults().transfer(Transfer.SOCKET))) {
      registry.publish(
          withEvent("bad", event)
              .access(
                  (uid, gid) -> {
                    throw new AssertionError("mine");
                  }));
      registry.publish(withEvent("good", event));
      for (int i = 1; i < 4; i++) {
        TransferException denied =
            assertThrows(TransferException.class, () -> joiner.acquire("bad"));
        assertTrue(denied.getMessage().contains("access rule"), denied.getMessage());
        awaitSize(reported, i);
        joiner.acquire("good").close();
      }
    }
    assertEquals(3, reported.size());
    assertEquals(List.of(), uncaught);
  }

  @Test
  void aListenerThatClosesItsWatchIsNotCalledAgain() {
    AtomicReference<Watch> watch = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    try (Registry registry = open()) {
      watch.set(
          registry.watch(
              service -> {
                awaitUninterruptibly(known);
                told.add(service.name());
                watch.get().close();
              }));
      known.countDown();
      List<String> others = new CopyOnWriteArrayList<>();
      registry.watch(service -> others.add(service.name()));
      registry.publish(ServiceSpec.named("a"));
      awaitSize(told, 1);
      registry.publish(ServiceSpec.named("b"));
      awaitSize(others, 2);
      assertEquals(List.of("a"), told);
    }
    assertEquals(List.of(), reported);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException interruption) {
      throw new AssertionError(interruption);
    }
  }

  /** Two of them do, each from a thread of its own, while the first one publishes. */
  @Test
  void listenersThatCloseTheRegistryReturnAndAreNotCalledAgain() {
    AtomicInteger closed = new AtomicInteger();
    Registry registry = open();
    for (int i = 0; i < 2; i++) {
      registry.watch(
          service -> {
            told.add(service.name());
            registry.close();
            closed.incrementAndGet();
          });
    }
    try (Registry observer = open()) {
      try {
        registry.publish(ServiceSpec.named("a"));
        registry.publish(ServiceSpec.named("b"));
      } catch (ClosedException meanwhile) {
        assertTrue(meanwhile.getMessage().contains("closed"), meanwhile.getMessage());
      }
      Eventually.await("closed", DEADLINE, () -> closed.get() > 0);
      Eventually.await("all gone", DEADLINE, () -> observer.list().isEmpty());
      assertThrows(ClosedException.class, registry::list);
    }
    assertEquals(List.of(), reported);
  }

  @Test
  void aFilterThatClosesTheRegistryLetsNothingPass() {
    CountDownLatch done = new CountDownLatch(1);
    Registry registry = open();
    registry.watch(
        service -> {
          registry.close();
          done.countDown();
          return true;
        },
        service -> told.add(service.name()));
    try (Registry other = open()) {
      other.publish(ServiceSpec.named("a"));
      awaitUninterruptibly(done);
    }
    assertEquals(List.of(), told);
  }

  @Test
  void anAccessRuleThatClosesTheRegistryReturns() {
    CountDownLatch done = new CountDownLatch(1);
    try (EventFd event = EventFd.create();
        Registry joiner = open(RegistryOptions.defaults().transfer(Transfer.SOCKET))) {
      Registry registry = open();
      registry.publish(
          withEvent("a", event)
              .access(
                  (uid, gid) -> {
                    registry.close();
                    done.countDown();
                    return true;
                  }));
      assertThrows(DiscoveryException.class, () -> joiner.acquire("a"));
      awaitUninterruptibly(done);
      assertEquals(List.of(), Alien.names(root));
    }
    assertEquals(List.of(), reported);
  }

  @Test
  void anAccessRuleThatWithdrawsItsServiceReturns() {
    AtomicReference<Publication> publication = new AtomicReference<>();
    try (EventFd event = EventFd.create();
        Registry registry = open();
        Registry joiner = open(RegistryOptions.defaults().transfer(Transfer.SOCKET))) {
      publication.set(
          registry.publish(
              withEvent("a", event)
                  .access(
                      (uid, gid) -> {
                        publication.get().close();
                        return true;
                      })));
      assertThrows(NoSuchServiceException.class, () -> joiner.acquire("a"));
    }
    assertEquals(List.of(), reported);
  }

  /** In the thread of the server, and in that of a watch. */
  @Test
  void anErrorHandlerThatClosesTheRegistryReturns() {
    for (String where : List.of("rule", "listener")) {
      AtomicReference<Registry> self = new AtomicReference<>();
      CountDownLatch done = new CountDownLatch(1);
      try (EventFd event = EventFd.create();
          Registry joiner = open(RegistryOptions.defaults().transfer(Transfer.SOCKET))) {
        self.set(
            open(
                RegistryOptions.defaults()
                    .errorHandler(
                        failure -> {
                          self.get().close();
                          done.countDown();
                        })));
        self.get()
            .publish(
                withEvent("a", event)
                    .access(
                        (uid, gid) -> {
                          throw new IllegalStateException("rule");
                        }));
        if (where.equals("rule")) {
          assertThrows(DiscoveryException.class, () -> joiner.acquire("a"));
        } else {
          watchAndThrow(self.get());
        }
        awaitUninterruptibly(done);
        assertEquals(List.of(), Alien.names(root), where);
      }
    }
  }

  private static void watchAndThrow(Registry registry) {
    try {
      registry.watch(
          service -> {
            throw new IllegalStateException("listener");
          });
    } catch (ClosedException meanwhile) {
      assertTrue(meanwhile.getMessage().contains("closed"), meanwhile.getMessage());
    }
  }

  /** What an adoption cannot do is told without a lock that the close wants. */
  @Test
  void anErrorHandlerThatClosesTheRegistryOfAnAdoptionReturns() {
    AtomicReference<Registry> self = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    try (EventFd event = EventFd.create();
        Registry first = open()) {
      Publication dying = first.publish(withEvent("a", event).withoutSocket());
      self.set(
          open(
              RegistryOptions.defaults()
                  .errorHandler(
                      failure -> {
                        told.add(failure.getMessage());
                        self.get().close();
                        done.countDown();
                      })));
      self.get().adopt(withEvent("a", event).withoutSocket());
      // Nobody can publish while another description holds the turn of that name.
      PublishTickets hog = hogging("a");
      try {
        dying.handOver();
        awaitUninterruptibly(done);
      } finally {
        hog.close();
      }
      assertTrue(told.get(0).contains("publishing a"), told::toString);
      assertThrows(ClosedException.class, () -> self.get().list());
    }
  }

  @SuppressWarnings("resource") // Its turn goes with the file.
  private PublishTickets hogging(String name) {
    Directory directory = Directory.open(root);
    PublishTickets turns = new PublishTickets(directory, 0600, DEADLINE, () -> {});
    turns.take(name);
    directory.close();
    return turns;
  }

  @Test
  void anInterruptThatAListenerLeavesBehindEndsNothing() {
    List<Boolean> marks = new CopyOnWriteArrayList<>();
    try (Registry registry = open()) {
      registry.watch(
          service -> {
            marks.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
          });
      registry.publish(ServiceSpec.named("a"));
      awaitSize(marks, 1);
      registry.publish(ServiceSpec.named("b"));
      awaitSize(marks, 2);
    }
    assertEquals(List.of(false, false), marks);
  }
}
