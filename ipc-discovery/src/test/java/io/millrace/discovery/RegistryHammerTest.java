package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.LastRun;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One side does something as often as it can while another one looks, at no chosen moment. */
class RegistryHammerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Not those of the common pool, which may be too few. */
  static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  @TempDir Path root;

  /** Does something again and again until it is told to stop. */
  private static final class Meanwhile implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CompletableFuture<Void> done;

    Meanwhile(Runnable one) {
      done =
          CompletableFuture.runAsync(
              () -> {
                while (!stopped.get()) {
                  one.run();
                }
              },
              THREADS);
    }

    @Override
    public void close() {
      stopped.set(true);
      done.join();
    }
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void whoeverJoinsAServiceThatComesAndGoesGetsItOrIsToldThatItIsGone(Transfer way) {
    ServiceSpec spec = PublishingProcess.specWithDescriptors("x");
    try (Registry publisher = Registry.open(root);
        Registry joiner = Registry.open(RegistryOptions.defaults().root(root).transfer(way));
        Meanwhile comesAndGoes = new Meanwhile(() -> publisher.publish(spec).close())) {
      int joined = 0;
      int gone = 0;
      long start = System.nanoTime();
      while (joined < 200 || gone < 200) {
        try (Acquisition acquisition = joiner.acquire("x")) {
          assertEquals(3, acquisition.descriptors().length);
          joined++;
        } catch (NoSuchServiceException none) {
          gone++;
        }
        assertTrue(System.nanoTime() - start < DEADLINE.toNanos(), joined + ", " + gone);
      }
      assertFalse(comesAndGoes.stopped.get());
    }
  }

  @Test
  void whoeverReadsARecordThatIsUpdatedAllTheTimeSeesOnlyWholeOnesAndNeverAnOlderOne() {
    Capabilities large = Capabilities.none().with("text", "x".repeat(500));
    try (Registry registry = Registry.open(root);
        Registry reader = Registry.open(root);
        Publication publication = registry.publish(ServiceSpec.named("x"));
        Meanwhile updates =
            new Meanwhile(
                () -> publication.update(large.with("n", publication.service().revision() + 1)))) {
      long last = 0;
      for (int i = 0; i < 3000; i++) {
        Service found = reader.find("x").orElseThrow();
        assertEquals(found.revision(), found.capabilities().number("n", 0));
        assertTrue(found.revision() >= last, found.revision() + " after " + last);
        last = found.revision();
      }
      assertFalse(updates.stopped.get());
    }
  }

  @Test
  void whoeverWaitsForAServiceIsWokenHoweverNarrowlyItMissedIt() {
    Random random = new Random(1);
    try (Registry registry = Registry.open(root);
        Registry waiting = Registry.open(root)) {
      for (int i = 0; i < 300; i++) {
        String name = "x" + i;
        CompletableFuture<Optional<Service>> found =
            CompletableFuture.supplyAsync(() -> waiting.await(name, DEADLINE), THREADS);
        spin(random.nextInt(60_000));
        try (Publication publication = registry.publish(ServiceSpec.named(name))) {
          assertEquals(publication.service(), found.join().orElseThrow());
        }
      }
    }
  }

  @Test
  void whoeverWaitsForAHolderIsWokenHoweverNarrowlyItMissedIt() {
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      Path path = root.resolve("alive" + i);
      CompletableFuture<Boolean> found =
          CompletableFuture.supplyAsync(() -> Alive.awaitAlive(path, DEADLINE), THREADS);
      spin(random.nextInt(60_000));
      try (Alive alive = Alive.hold(path)) {
        assertEquals(LastRun.NONE, alive.lastRun());
        assertTrue(found.join());
      }
    }
  }

  @Test
  void nobodyIsToldOfACrashWhileOneRunAfterTheOtherEndsWell() {
    Path path = root.resolve("alive");
    Alive.hold(path).close();
    try (Meanwhile runs = new Meanwhile(() -> Alive.hold(path).close())) {
      for (int i = 0; i < 20_000; i++) {
        assertNotEquals(Optional.of(LastRun.CRASHED), Alive.lastRunOf(path));
      }
      assertFalse(runs.stopped.get());
    }
  }

  static void spin(int nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aLiveRecordIsNeverRemovedWhileTheDeadOnesOfItsNameAre() {
    try (Registry publisher = Registry.open(root);
        Registry one = Registry.open(root);
        Registry other = Registry.open(root)) {
      try (Meanwhile first = new Meanwhile(one::gc);
          Meanwhile second = new Meanwhile(() -> other.find("x"))) {
        for (int i = 0; i < 2000; i++) {
          Publication publication = publisher.publish(ServiceSpec.named("x"));
          long instance = publication.service().instance();
          for (int looks = 0; looks < 3; looks++) {
            assertEquals(instance, publisher.find("x").orElseThrow().instance());
          }
          publication.handOver();
        }
        assertFalse(first.stopped.get() || second.stopped.get());
      }
      publisher.gc();
      assertEquals(List.of(), Alien.names(root));
    }
  }
}
