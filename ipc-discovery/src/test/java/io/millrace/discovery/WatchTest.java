package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;
  private Registry registry;
  private final Diary diary = new Diary();

  /** Writes down what it is told. */
  static final class Diary implements ServiceListener {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private boolean caughtUp;

    @Override
    public void onUp(Service service) {
      lines.add("up " + service.name());
    }

    @Override
    public void onChanged(Service before, Service now) {
      lines.add("changed " + now.name() + " " + now.capabilities().text("value", ""));
    }

    @Override
    public void onDown(Service service, Departure reason) {
      lines.add("down " + service.name() + " " + reason);
    }

    @Override
    public void onMissed(String name, Departure reason) {
      lines.add("missed " + name + " " + reason);
    }

    @Override
    public void onRefused(Refusal refusal) {
      lines.add("refused " + refusal.name() + " " + refusal.reason().flaw());
    }

    @Override
    public void onCaughtUp() {
      if (!caughtUp) {
        caughtUp = true;
        lines.add("caught up");
      }
    }

    void expect(String... expected) {
      List<String> wanted = List.of(expected);
      try {
        Eventually.await("", DEADLINE, () -> lines.size() >= wanted.size());
      } catch (AssertionError late) {
        assertEquals(wanted, lines, "not in time");
      }
      assertEquals(wanted, lines);
    }
  }

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void whatIsThereIsToldBeforeTheWatchHasCaughtUp() {
    registry.publish(ServiceSpec.named("a"));
    registry.watch(diary);
    diary.expect("up a", "caught up");
  }

  @Test
  void comingChangingAndGoingAreToldOnceAndInOrder() {
    registry.watch(diary);
    diary.expect("caught up");
    Publication publication = registry.publish(ServiceSpec.named("a"));
    diary.expect("caught up", "up a");
    publication.update(Capabilities.none().with("value", "new"));
    diary.expect("caught up", "up a", "changed a new");
    publication.close();
    diary.expect("caught up", "up a", "changed a new", "down a WITHDRAWN");
  }

  @Test
  void theDeathOfAPublisherIsToldAsSuchForEachOfItsServices() throws Exception {
    registry.watch(diary);
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      for (String name : List.of("a", "b")) {
        child.send("publish " + name);
        child.expectLine("published", DEADLINE);
      }
      diary.expect("caught up", "up a", "up b");
      child.kill();
      Eventually.await("both down", DEADLINE, () -> diary.lines.size() == 5);
      assertEquals(
          List.of("down a DIED", "down b DIED"),
          diary.lines.subList(3, 5).stream().sorted().toList());
    }
    try {
      Eventually.await("records removed", DEADLINE, () -> Alien.names(root).isEmpty());
    } catch (AssertionError left) {
      assertEquals(List.of(), Alien.names(root));
    }
  }

  @Test
  void aProcessIsWatchedUntilTheLastOfItsServicesIsGone() {
    registry.watch(diary);
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      for (String name : List.of("a", "b")) {
        child.send("publish " + name);
        child.expectLine("published", DEADLINE);
      }
      diary.expect("caught up", "up a", "up b");
      child.send("withdraw a");
      diary.expect("caught up", "up a", "up b", "down a WITHDRAWN");
      assertEquals(1, watchedProcesses());
      child.send("withdraw b");
      diary.expect("caught up", "up a", "up b", "down a WITHDRAWN", "down b WITHDRAWN");
      assertEquals(0, watchedProcesses());
    }
  }

  private static long watchedProcesses() {
    return OpenDescriptors.now().values().stream().filter(one -> one.contains("pidfd")).count();
  }

  @Test
  void aWithdrawalRightBeforeTheEndOfTheProcessIsNoDeath() {
    registry.watch(diary);
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish a");
      child.expectLine("published", DEADLINE);
      diary.expect("caught up", "up a");
      child.send("withdraw a");
      child.expectLine("withdrawn", DEADLINE);
      child.kill();
      diary.expect("caught up", "up a", "down a WITHDRAWN");
    }
  }

  /** The listener is busy meanwhile; the watch itself meets what the publisher left. */
  @Test
  void aServiceThatCameAndDiedBetweenTwoLooksIsTold() {
    CountDownLatch go = new CountDownLatch(1);
    registry.watch(
        new ServiceListener() {
          @Override
          public void onUp(Service service) {
            diary.onUp(service);
            if (service.name().equals("slow")) {
              awaitUninterruptibly(go);
            }
          }

          @Override
          public void onMissed(String name, Departure reason) {
            diary.onMissed(name, reason);
          }

          @Override
          public void onCaughtUp() {
            diary.onCaughtUp();
          }
        });
    diary.expect("caught up");
    registry.publish(ServiceSpec.named("slow"));
    diary.expect("caught up", "up slow");
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish short");
      child.expectLine("published", DEADLINE);
    }
    go.countDown();
    diary.expect("caught up", "up slow", "missed short DIED");
    // And once only, although its record is removed now, which is an event as well.
    registry.publish(ServiceSpec.named("last"));
    diary.expect("caught up", "up slow", "missed short DIED", "up last");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interruption) {
      throw new IllegalStateException(interruption);
    }
  }

  @Test
  void whatLayThereDeadBeforeTheWatchIsNoNews() {
    registry.publish(ServiceSpec.named("old")).handOver();
    registry.watch(diary);
    diary.expect("caught up");
    registry.publish(ServiceSpec.named("new"));
    diary.expect("caught up", "up new");
  }

  @Test
  void aHandOverIsToldLikeADeath() {
    registry.watch(diary);
    diary.expect("caught up");
    Publication publication = registry.publish(ServiceSpec.named("a"));
    diary.expect("caught up", "up a");
    publication.handOver();
    diary.expect("caught up", "up a", "down a DIED");
  }

  @Test
  void aFilterMakesServicesComeAndGoWithTheirCapabilities() {
    registry.watch(Filters.capability("value", "yes"), diary);
    diary.expect("caught up");
    Publication publication =
        registry.publish(
            ServiceSpec.named("a").capabilities(Capabilities.none().with("value", "no")));
    publication.update(Capabilities.none().with("value", "yes"));
    diary.expect("caught up", "up a");
    publication.update(Capabilities.none().with("value", "no"));
    diary.expect("caught up", "up a", "down a NO_LONGER_MATCHES");
    publication.close();
    registry.publish(ServiceSpec.named("b").capabilities(Capabilities.none().with("value", "yes")));
    diary.expect("caught up", "up a", "down a NO_LONGER_MATCHES", "up b");
  }

  @Test
  void aDamagedRecordIsRefusedByNameAndTheWatchGoesOn() throws Exception {
    registry.watch(diary);
    diary.expect("caught up");
    Alien.put(root, "junk", "this is no record of any kind".getBytes());
    diary.expect("caught up", "refused junk NOT_A_RECORD");
    registry.publish(ServiceSpec.named("a"));
    diary.expect("caught up", "refused junk NOT_A_RECORD", "up a");
  }

  @Test
  void whatAListenerThrowsGoesToTheErrorHandlerAndTheWatchGoesOn() {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (Registry other =
        Registry.open(RegistryOptions.defaults().root(root).errorHandler(thrown::set))) {
      other.watch(
          service -> {
            if (service.name().equals("a")) {
              throw new IllegalStateException("mine");
            }
            diary.onUp(service);
          });
      registry.publish(ServiceSpec.named("a"));
      registry.publish(ServiceSpec.named("b"));
      diary.expect("up b");
      Eventually.await("the error", DEADLINE, () -> thrown.get() != null);
      assertEquals("mine", thrown.get().getMessage());
    }
  }

  @Test
  void afterAnOverflowThePictureEqualsTheDirectory() {
    ServiceListener slow =
        new ServiceListener() {
          @Override
          public void onUp(Service service) {
            diary.onUp(service);
            if (service.name().equals("gate")) {
              Eventually.await("gate", DEADLINE, () -> registry.find("open").isPresent());
            }
          }

          @Override
          public void onDown(Service service, Departure reason) {
            diary.onDown(service, reason);
          }
        };
    Publication gone = registry.publish(ServiceSpec.named("gone"));
    Publication replaced = registry.publish(ServiceSpec.named("replaced"));
    registry.watch(slow);
    diary.expect("up gone", "up replaced");
    registry.publish(ServiceSpec.named("gate"));
    diary.expect("up gone", "up replaced", "up gate");
    // The listener waits at the gate while more happens than the queue of the kernel holds.
    for (int i = 0; i < 8000; i++) {
      registry.publish(ServiceSpec.named("flood")).close();
    }
    gone.close();
    replaced.close();
    registry.publish(ServiceSpec.named("replaced"));
    registry.publish(ServiceSpec.named("last"));
    registry.publish(ServiceSpec.named("open"));
    List<String> last =
        List.of("up last", "up open", "down gone WITHDRAWN", "down replaced WITHDRAWN");
    Eventually.await("the last ones", DEADLINE, () -> diary.lines.containsAll(last));
    last.forEach(line -> assertEquals(1, diary.lines.stream().filter(line::equals).count(), line));
    Eventually.await(
        "the next one",
        DEADLINE,
        () -> diary.lines.stream().filter("up replaced"::equals).count() == 2);
    Eventually.await(
        "as many down as up",
        DEADLINE,
        () ->
            diary.lines.stream().filter("up flood"::equals).count()
                == diary.lines.stream().filter("down flood WITHDRAWN"::equals).count());
  }

  @Test
  void aClosedWatchTellsNothingAndLeavesNothing() {
    // Opens what the registry keeps open for publishing.
    registry.publish(ServiceSpec.named("a")).close();
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          Watch watch = registry.watch(diary);
          diary.expect("caught up");
          watch.close();
          watch.close();
          registry.publish(ServiceSpec.named("a")).close();
          diary.expect("caught up");
        });
  }

  @Test
  void awaitReturnsAsSoonAsTheServiceIsThereAndEmptyWhenItDoesNotCome() {
    assertTrue(registry.await("a", Duration.ofMillis(20)).isEmpty());
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.expectLine("ready", DEADLINE);
      child.send("publish a");
      assertEquals(child.pid(), registry.await("a", DEADLINE).orElseThrow().pid());
    }
  }

  @Test
  void filtersSelectFromTheList() {
    registry.publish(ServiceSpec.named("a").kind("x"));
    registry.publish(
        ServiceSpec.named("b").kind("x").capabilities(Capabilities.none().with("fast", true)));
    assertEquals(2, registry.list(Filters.kind("x")).size());
    assertEquals(
        "b", registry.list(Filters.kind("x").and(Filters.capability("fast"))).get(0).name());
    assertEquals(0, registry.list(Filters.kind("y")).size());
  }
}
