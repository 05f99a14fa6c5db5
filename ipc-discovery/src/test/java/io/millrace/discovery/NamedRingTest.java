package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class NamedRingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16).maxWaiters(2);

  @TempDir Path root;

  /** Takes part, says whether it made the ring, writes a record for each line. */
  static final class Member {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          NamedRing member = registry.createOrJoinRing("shared", SMALL);
          Producer producer = member.ring().addProducer()) {
        System.out.println("member " + member.isCreator());
        while (System.in.read() >= 0) {
          producer.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
          System.out.println("written");
        }
      }
    }
  }

  @Test
  void ofAllWhoComeAtOnceOneCreatesItAndAllShareIt() {
    List<Registry> registries = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      registries.add(Registry.open(root));
    }
    for (int round = 0; round < 10; round++) {
      List<CompletableFuture<NamedRing>> coming =
          registries.stream()
              .map(
                  registry ->
                      CompletableFuture.supplyAsync(
                          () -> registry.createOrJoinRing("shared", SMALL)))
              .toList();
      List<NamedRing> members = coming.stream().map(CompletableFuture::join).toList();
      assertEquals(1, members.stream().filter(NamedRing::isCreator).count());
      members.get(0).ring().addGroup(GroupOptions.named("all").retained());
      for (NamedRing member : members) {
        assertEquals(1, member.ring().counters().groups().size());
      }
      members.forEach(NamedRing::close);
      assertTrue(registries.get(0).find("shared").isEmpty());
    }
    registries.forEach(Registry::close);
    assertEquals(List.of(), Alien.names(root));
  }

  @Test
  void whoIsLeftKeepsIt() {
    try (Registry registry = Registry.open(root);
        ChildProcess creator = ChildProcess.start(Member.class, root.toString())) {
      assertEquals("true", creator.expectLine("member", DEADLINE));
      try (NamedRing here = registry.createOrJoinRing("shared", SMALL);
          Consumer consumer = here.ring().addConsumer(GroupOptions.named("all"))) {
        assertFalse(here.isCreator());
        creator.send("x");
        creator.expectLine("written", DEADLINE);
        int pid = creator.pid();
        creator.kill();
        Eventually.await(
            "the next publisher",
            DEADLINE,
            () -> registry.find("shared").filter(found -> found.pid() != pid).isPresent());
        try (ChildProcess next = ChildProcess.start(Member.class, root.toString())) {
          assertEquals("false", next.expectLine("member", DEADLINE));
          next.send("x");
          next.expectLine("written", DEADLINE);
          int[] count = new int[1];
          Eventually.await(
              "both records",
              DEADLINE,
              () -> (count[0] += consumer.poll((type, data, at, size) -> {}, 10)) >= 2);
        }
      }
      assertTrue(registry.find("shared").isEmpty());
    }
  }

  @Test
  void somethingElseOfThatNameIsLeftAlone() {
    try (Registry registry = Registry.open(root);
        Publication other = registry.publish(ServiceSpec.named("shared").kind("other"))) {
      assertThrows(DiscoveryException.class, () -> registry.createOrJoinRing("shared", SMALL));
      assertEquals(other.service(), registry.find("shared").orElseThrow());
    }
  }
}
