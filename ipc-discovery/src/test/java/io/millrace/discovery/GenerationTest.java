package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.publish.PublishTickets;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.TurnsLayout;
import io.millrace.os.Directory;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  /** Publishes as often as it can, leaves each record to others, and tells what it published. */
  static final class Publishing {
    public static void main(String[] arguments) throws Exception {
      int publications = Integer.parseInt(arguments[1]);
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        System.out.println("ready");
        System.in.read();
        int published = 0;
        while (published < publications) {
          try {
            Publication publication = registry.publish(ServiceSpec.named("x"));
            // Read while it holds the name: the clock orders what several processes published.
            System.out.println(
                "published " + System.nanoTime() + " " + publication.service().generation());
            if (published % 2 == 0) {
              publication.handOver();
            } else {
              publication.close();
            }
            published++;
          } catch (NameInUseException busy) {
            Thread.onSpinWait();
          }
        }
        System.out.println("finished");
        System.in.read();
      }
    }
  }

  @Test
  void everyPublicationOfANameHasAGreaterGenerationThanAllBeforeWhoeverRemovesTheirRecords() {
    int publications = 150;
    TreeMap<Long, Long> generations = new TreeMap<>();
    try (Registry cleaner = Registry.open(root)) {
      List<ChildProcess> children = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          children.add(
              ChildProcess.start(
                  Publishing.class, root.toString(), Integer.toString(publications)));
        }
        children.forEach(child -> child.expectLine("ready", DEADLINE));
        children.forEach(child -> child.send("go"));
        for (ChildProcess child : children) {
          for (int i = 0; i < publications; i++) {
            String[] told = child.expectLine("published", DEADLINE).split(" ");
            generations.put(Long.parseLong(told[0]), Long.parseLong(told[1]));
            cleaner.gc();
          }
        }
      } finally {
        children.forEach(ChildProcess::close);
      }
    }
    assertEquals(3 * publications, generations.size());
    List<Long> inOrder = List.copyOf(generations.values());
    assertEquals(inOrder.stream().sorted().toList(), inOrder);
    Set<Long> different = new HashSet<>(inOrder);
    assertEquals(inOrder.size(), different.size());
  }

  @Test
  void namesThatShareACounterGrowTogetherAndNeverRepeat() {
    String other = "y0";
    for (int i = 0; TurnsLayout.counterOf(other) != TurnsLayout.counterOf("x"); i++) {
      other = "y" + i;
    }
    try (Registry registry = Registry.open(root)) {
      for (int i = 0; i < 5; i++) {
        registry.publish(ServiceSpec.named("x")).close();
        try (Publication publication = registry.publish(ServiceSpec.named(other))) {
          assertEquals(2 * i + 2, publication.service().generation());
        }
      }
      try (Publication high = registry.publish(ServiceSpec.named("x").generation(1000))) {
        assertEquals(1000, high.service().generation());
      }
      try (Publication next = registry.publish(ServiceSpec.named("x"))) {
        assertEquals(1001, next.service().generation());
      }
    }
  }

  @Test
  void aLostFileOfTurnsDoesNotRepeatTheGenerationOfARecordThatIsThere() throws Exception {
    try (Registry first = Registry.open(root)) {
      first.publish(ServiceSpec.named("x").generation(7)).handOver();
      Files.delete(root.resolve(HiddenNames.TURNS));
      try (Registry second = Registry.open(root);
          Publication next = second.publish(ServiceSpec.named("x"))) {
        assertEquals(8, next.service().generation());
      }
    }
  }

  @Test
  void theLastUserOfAnEmptyDirectoryLeavesNothingInIt() throws Exception {
    try (Registry first = Registry.open(root)) {
      assertEquals(List.of(), first.list());
      try (Registry second = Registry.open(root)) {
        second.publish(ServiceSpec.named("x"));
      }
      assertTrue(Files.exists(root.resolve(HiddenNames.TURNS)), "it is still in use");
    }
    try (var left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void whoeverKeepsTheTurnForTooLongIsNamedAsTheCauseAndIsInNobodyElsesWay() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Directory directory = Directory.open(root);
              PublishTickets turns =
                  new PublishTickets(directory, 0600, Duration.ofMillis(50), () -> {});
              PublishTickets stopped =
                  new PublishTickets(directory, 0600, Duration.ofMillis(50), () -> {})) {
            PublishTickets.Turn kept = stopped.take("x");
            DiscoveryException refusal =
                assertThrows(DiscoveryException.class, () -> turns.take("x"));
            assertTrue(refusal.getMessage().contains("stopped"), refusal.getMessage());
            turns.take("z").close();
            kept.close();
            turns.take("x").close();
          }
        });
  }
}
