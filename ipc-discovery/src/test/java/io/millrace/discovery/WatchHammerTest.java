package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.watch.Watcher;
import io.millrace.os.Directory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services of one name come and go as fast as they can; all that a watch tells of them is checked.
 */
class WatchHammerTest {
  @TempDir Path root;

  /** Checks what a watch tells of one name against what became of each publication. */
  private static final class Auditor implements ServiceListener {
    private final Map<Long, Departure> departures =
        Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> mistakes = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final Map<Long, Departure> told = new HashMap<>();
    private Service up;
    private long generation;
    private final Map<Long, List<Departure>> missedAfter = new HashMap<>();
    private long last;

    @Override
    public void onUp(Service service) {
      require(up == null, "up while another one is up");
      require(seen.add(service.instance()), "up twice");
      require(service.generation() > generation, "up in the wrong order");
      generation = service.generation();
      last = service.instance();
      up = service;
    }

    @Override
    public void onChanged(Service before, Service now) {
      require(before.equals(up), "changed what is not up");
      require(now.instance() == before.instance(), "changed into another one");
      require(now.revision() > before.revision(), "changed back");
      up = now;
    }

    @Override
    public void onDown(Service service, Departure reason) {
      require(service.equals(up), "down of what is not up");
      told.put(service.instance(), reason);
      up = null;
    }

    @Override
    public void onMissed(String name, Departure reason) {
      require(up == null, "missed while another one is up");
      missedAfter.computeIfAbsent(last, seenBefore -> new ArrayList<>()).add(reason);
    }

    private void require(boolean right, String mistake) {
      if (!right) {
        mistakes.add(mistake);
      }
    }

    private void assertRight() {
      assertEquals(List.of(), mistakes);
      assertNull(up);
      told.forEach(
          (instance, reason) -> assertEquals(departures.get(instance), reason, "" + instance));
      assertEquals(seen, told.keySet());
      List<Departure> unseen = new ArrayList<>();
      long before = 0;
      for (Map.Entry<Long, Departure> one : departures.entrySet()) {
        if (seen.contains(one.getKey())) {
          assertRight(unseen, missedAfter.getOrDefault(before, List.of()));
          unseen.clear();
          before = one.getKey();
        } else {
          unseen.add(one.getValue());
        }
      }
      assertRight(unseen, missedAfter.getOrDefault(before, List.of()));
    }

    /** Those that were not seen between two that were, and what was told of them. */
    private static void assertRight(List<Departure> unseen, List<Departure> missed) {
      String both = unseen + " told as " + missed;
      assertTrue(missed.size() <= unseen.size(), both);
      boolean withdrawn = !unseen.isEmpty() && unseen.get(unseen.size() - 1) == Departure.WITHDRAWN;
      assertTrue(!withdrawn || missed.contains(Departure.WITHDRAWN), both);
    }
  }

  /** Unsure: it looks at everything each time, as after an overflow. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWatchTellsEachServiceOnceInOrderAndHowItWent(boolean unsure) {
    Auditor auditor = new Auditor();
    AtomicBoolean finished = new AtomicBoolean();
    try (Registry one = Registry.open(root);
        Registry other = Registry.open(root);
        Directory directory = Directory.open(root);
        Watcher watcher = new Watcher(directory, new Cleaner(directory), auditor)) {
      watcher.start();
      CompletableFuture<Void> publishers =
          CompletableFuture.runAsync(
              () -> publishAll(List.of(one, other), auditor), RegistryHammerTest.THREADS);
      CompletableFuture<Void> finders =
          CompletableFuture.runAsync(
              () -> {
                while (!finished.get()) {
                  other.find("x");
                }
              },
              RegistryHammerTest.THREADS);
      while (!publishers.isDone() || !Alien.names(root).isEmpty() || auditor.up != null) {
        if (unsure) {
          watcher.lookAtEverythingLater();
        } else {
          watcher.lookAgainLater("none");
        }
        watcher.awaitAndTell();
      }
      finished.set(true);
      finders.join();
      publishers.join();
      auditor.assertRight();
    }
  }

  private static void publishAll(List<Registry> registries, Auditor auditor) {
    Random random = new Random(3);
    for (int i = 0; i < 1500; i++) {
      Registry registry = registries.get(i % registries.size());
      Publication publication = registry.publish(ServiceSpec.named("x"));
      boolean dies = random.nextBoolean();
      auditor.departures.put(
          publication.service().instance(), dies ? Departure.DIED : Departure.WITHDRAWN);
      for (int updates = random.nextInt(3); updates > 0; updates--) {
        publication.update(Capabilities.none().with("n", updates));
      }
      RegistryHammerTest.spin(random.nextInt(100_000));
      if (dies) {
        publication.handOver();
      } else {
        publication.close();
      }
    }
  }
}
