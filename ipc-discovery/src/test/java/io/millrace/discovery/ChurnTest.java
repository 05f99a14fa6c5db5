package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services come, change and go, their processes are killed, and one process sees it all. */
class ChurnTest {
  /** {@code -Dmillrace.churn.seconds=200} for a long one. */
  private static final int SECONDS = Integer.getInteger("millrace.churn.seconds", 6);

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int CHILDREN = 3;
  private static final int ACTIONS_A_KILL = 40;
  private static final long MEGABYTE = 1 << 20;

  @TempDir Path root;
  private final Random random = new Random(4);
  private final List<ChildProcess> children = new ArrayList<>();
  private final Diary diary = new Diary();
  private int actions;
  private int kills;

  /** Counts only, so that it does not grow itself. */
  private static final class Diary implements ServiceListener {
    private volatile long told;

    @Override
    public void onUp(Service service) {
      told++;
    }
  }

  private record Size(int descriptors, int threads, long heap, long resident) {}

  @Test
  void nothingGrowsHoweverManyComeAndAreKilled() throws Exception {
    Map<Integer, String> before = OpenDescriptors.now();
    try (Registry registry = Registry.open(root)) {
      Watch watch = registry.watch(diary);
      churn(registry, Math.max(2, SECONDS / 5));
      Size early = sizeAtRest(registry);
      churn(registry, SECONDS);
      Size late = sizeAtRest(registry);
      assertEquals(early.descriptors, late.descriptors, () -> OpenDescriptors.now().toString());
      assertTrue(late.threads <= early.threads, early + ", then " + late);
      assertTrue(late.heap < early.heap + 2 * MEGABYTE, early + ", then " + late);
      assertTrue(late.resident < early.resident + 48 * MEGABYTE, early + ", then " + late);
      System.getLogger("churn")
          .log(
              System.Logger.Level.INFO,
              () -> actions + " actions, " + kills + " kills: " + early + ", then " + late);
      watch.close();
    }
    Eventually.await(
        "the watch has closed what it had",
        DEADLINE,
        () -> OpenDescriptors.now().size() <= before.size());
    assertEquals(List.of(), Alien.names(root));
  }

  private void churn(Registry registry, int seconds) {
    for (int i = 0; i < CHILDREN; i++) {
      children.add(start());
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds)) {
      int child = random.nextInt(CHILDREN);
      if (random.nextInt(ACTIONS_A_KILL) == 0) {
        kills++;
        children.get(child).close();
        children.set(child, start());
      } else {
        act(registry, children.get(child), "service" + random.nextInt(6));
      }
    }
    children.forEach(ChildProcess::close);
    children.clear();
  }

  private ChildProcess start() {
    ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString());
    child.expectLine("ready", DEADLINE);
    return child;
  }

  private void act(Registry registry, ChildProcess child, String name) {
    actions++;
    String command =
        switch (random.nextInt(6)) {
          case 0, 1 -> "publish " + name;
          case 2 -> "withdraw " + name;
          case 3 -> "update " + name + " " + actions;
          case 4 -> "handover " + name;
          default -> "join " + name;
        };
    child.send(command);
    child.expectLine("", DEADLINE);
    if (random.nextBoolean()) {
      try {
        registry.acquire(name).close();
      } catch (NoSuchServiceException gone) {
        assertTrue(gone.getMessage().contains(name));
      }
    } else {
      registry.list();
    }
  }

  private Size sizeAtRest(Registry registry) throws IOException {
    Eventually.await(
        "all of the dead are removed",
        DEADLINE,
        () -> {
          registry.gc(); // What the watch is removing it leaves to that one.
          return Alien.names(root).isEmpty();
        });
    Eventually.await(
        "the watch has noticed all deaths",
        DEADLINE,
        () -> OpenDescriptors.now().values().stream().noneMatch(one -> one.contains("pidfd")));
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return new Size(
        OpenDescriptors.now().size(),
        Thread.activeCount(),
        runtime.totalMemory() - runtime.freeMemory(),
        residentBytes());
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> ProcFiles.firstNumber(line, 0) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
