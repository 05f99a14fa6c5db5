package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Sighting;
import io.millrace.discovery.model.Transfer;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class RegistryViewTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  private RegistryView view() {
    return RegistryView.open(RegistryOptions.defaults().root(root));
  }

  @Test
  void aRegistryWithoutADirectoryIsEmptyAndIsNotMade() {
    Path missing = root.resolve("parent/registry");
    RegistryOptions options = RegistryOptions.defaults().root(missing);
    try (RegistryView view = RegistryView.open(options)) {
      assertFalse(view.exists());
      assertEquals(new Scan(List.of(), List.of()), view.scan());
      assertEquals(Optional.empty(), view.find("a"));
      assertEquals(List.of(), view.leftovers());
      assertThrows(NoSuchServiceException.class, () -> view.joinRing("a"));
      assertThrows(DiscoveryException.class, () -> view.watch(service -> {}));
    }
    assertEquals(Finding.Severity.MISSING, Doctor.examine(options).get(0).severity());
    assertFalse(Files.exists(root.resolve("parent")));
  }

  @Test
  void theDoctorDoesNotMakeTheRootThatAPublisherWouldMake() {
    Path missing = root.resolve("registry");
    Finding finding = Doctor.examine(RegistryOptions.defaults().root(missing)).get(0);
    assertEquals(Finding.Severity.FINE, finding.severity(), finding.toString());
    assertFalse(Files.exists(missing));
  }

  @Test
  void theDeadAreShownAndLeftWhereTheyAre() {
    Instant start = Instant.now().minusSeconds(5);
    try (Registry registry = Registry.open(root);
        RegistryView view = view();
        ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish dead");
      child.expectLine("published", DEADLINE);
      registry.publish(ServiceSpec.named("alive"));
      assertEquals(List.of(), view.leftovers());
      child.kill();

      List<Sighting> found = view.scan().services();
      assertEquals(List.of("alive", "dead"), found.stream().map(s -> s.service().name()).toList());
      assertEquals(List.of(true, false), found.stream().map(Sighting::isAlive).toList());
      assertTrue(found.get(1).since().isAfter(start), found.toString());
      assertEquals(Optional.empty(), view.find("dead"));
      assertEquals("alive", view.find("alive").orElseThrow().name());

      // The record, the socket and the socket's lock file.
      List<String> left = view.leftovers();
      assertEquals(3, left.size(), left.toString());
      assertTrue(left.contains("dead"), left.toString());
      assertTrue(Alien.names(root).containsAll(left));
      registry.gc();
      assertEquals(List.of(), view.leftovers());
    }
  }

  /** Writes down what a watch tells. */
  private static final class Diary implements ServiceListener {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void onUp(Service service) {
      lines.add("up " + service.name());
    }

    @Override
    public void onDown(Service service, Departure reason) {
      lines.add("down " + service.name() + " " + reason);
    }

    @Override
    public void onMissed(String name, Departure reason) {
      lines.add("missed " + name);
    }
  }

  @Test
  void aWatchTellsADeathOnceAndLeavesTheRecord() {
    Diary diary = new Diary();
    try (Registry registry = Registry.open(root);
        RegistryView view = view();
        ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      view.watch(diary);
      child.send("publish a");
      child.expectLine("published", DEADLINE);
      Eventually.await("up", DEADLINE, () -> diary.lines.contains("up a"));
      child.kill();
      Eventually.await("down", DEADLINE, () -> diary.lines.contains("down a DIED"));
      assertTrue(Alien.names(root).contains("a"));
      // Another watch that does remove it; neither takes the removal for one more service.
      Diary remover = new Diary();
      registry.watch(remover);
      Eventually.await("removed", DEADLINE, () -> !Alien.names(root).contains("a"));
      registry.publish(ServiceSpec.named("b"));
      Eventually.await("b is told", DEADLINE, () -> remover.lines.contains("up b"));
      Eventually.await("b is told", DEADLINE, () -> diary.lines.contains("up b"));
      assertEquals(List.of("up b"), remover.lines);
      assertEquals(List.of("up a", "down a DIED", "up b"), diary.lines);
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void lookingAtARingTakesNoneOfItsPlaces() {
    RingOptions smallest =
        RingOptions.capacity(1 << 16).maxProducers(1).maxGroups(1).maxConsumers(1).maxWaiters(1);
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(smallest);
        Publication published = registry.publish("small", ring, Capabilities.none());
        RegistryView view = view();
        Ring first = view.joinRing("small");
        Ring second = view.joinRing("small");
        Observer observer = first.addObserver()) {
      assertEquals(Optional.of(Transfer.PIDFD), view.transferTo(published.service()));
      assertEquals(0, second.counters().joins());
      try (Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(GroupOptions.named("only"))) {
        producer.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
        assertEquals(1, observer.poll((type, buffer, offset, length) -> {}, 10));
        assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
        assertEquals(2, second.counters().joins());
      }
    }
  }
}
