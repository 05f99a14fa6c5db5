package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Memfd;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptionTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  /** Creates or joins a ring and stays with it; tells the state of its adoption when asked. */
  static final class Member {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          Ring ring =
              arguments[1].equals("create")
                  ? Ring.create(RingOptions.capacity(64 * 1024))
                  : registry.joinRing("ring");
          Producer producer = ring.addProducer()) {
        if (arguments[1].equals("create")) {
          registry.publish("ring", ring, Capabilities.none().with("value", "kept"));
        }
        Adoption adoption = arguments[1].equals("create") ? null : registry.adopt("ring", ring);
        System.out.println("member");
        while (System.in.read() >= 0) {
          producer.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
          System.out.println("state " + (adoption == null ? "creator" : adoption.state()));
        }
      }
    }
  }

  private ChildProcess member(String how) {
    ChildProcess child = ChildProcess.start(Member.class, root.toString(), how);
    child.expectLine("member", DEADLINE);
    return child;
  }

  @Test
  void survivingMembersGoOnWithTheRingOfAKilledPublisherOneOfThemAtATime() {
    List<ChildProcess> members = new ArrayList<>();
    try (Registry registry = Registry.open(root)) {
      members.add(member("create"));
      for (int i = 0; i < 3; i++) {
        members.add(member("join"));
      }
      try (Ring ring = registry.joinRing("ring");
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
        for (int round = 0; round < 3; round++) {
          Service before = registry.find("ring").orElseThrow();
          ChildProcess publisher =
              members.stream().filter(one -> one.pid() == before.pid()).findFirst().orElseThrow();
          publisher.kill();
          members.remove(publisher);
          Eventually.await(
              "the next publisher",
              DEADLINE,
              () ->
                  registry
                      .find("ring")
                      .filter(now -> now.instance() != before.instance())
                      .isPresent());
          Service after = registry.find("ring").orElseThrow();
          assertTrue(after.generation() > before.generation());
          assertEquals("kept", after.capabilities().text("value", ""));
          assertEquals(before.descriptors().get(0).inode(), after.descriptors().get(0).inode());
          registry.joinRing("ring").close();
          Eventually.await("one publisher", DEADLINE, () -> publishing(members) == 1);
        }
        int[] count = new int[1];
        Eventually.await(
            "all records",
            DEADLINE,
            () -> (count[0] += consumer.poll((type, data, at, size) -> {}, 10)) >= 6);
      }
    } finally {
      members.forEach(ChildProcess::close);
    }
  }

  @Test
  void aHandedOverServiceIsAdoptedAndAWithdrawnOneIsNot() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Registry first = Registry.open(root);
              Registry second = Registry.open(root);
              Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
            Publication publication = first.publish("ring", ring, Capabilities.none());
            Adoption adoption = second.adopt("ring", ring);
            publication.handOver();
            awaitState(adoption, Adoption.State.PUBLISHING);
            assertEquals(2, first.find("ring").orElseThrow().generation());
            Adoption back = first.adopt("ring", ring);
            adoption.close();
            awaitState(back, Adoption.State.PUBLISHING);
            assertEquals(3, second.find("ring").orElseThrow().generation());
            back.close();
            assertTrue(second.find("ring").isEmpty());
            Publication last = first.publish("ring", ring, Capabilities.none());
            Adoption follower = second.adopt("ring", ring);
            last.close();
            awaitState(follower, Adoption.State.WITHDRAWN);
            assertTrue(second.find("ring").isEmpty());
          }
        });
    assertEquals(List.of(), Alien.names(root));
  }

  @Test
  void whatIsToldLateOfAnEarlierPublicationIsOfNoMatter() {
    try (Registry first = Registry.open(root);
        Registry second = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
      Publication publication = first.publish("ring", ring, Capabilities.none().with("value", 1));
      Service earlier = publication.service();
      publication.update(Capabilities.none().with("value", 2));
      publication.handOver();
      first.publish("ring", ring, Capabilities.none().with("value", 3)).handOver();
      Publication later = first.publish("ring", ring, Capabilities.none().with("value", 4));
      Adoption adoption = second.adopt("ring", ring);
      adoption.onUp(earlier);
      adoption.onChanged(earlier);
      adoption.onDown(earlier, Departure.WITHDRAWN);
      assertEquals(Adoption.State.FOLLOWING, adoption.state());
      later.handOver();
      awaitState(adoption, Adoption.State.PUBLISHING);
      assertEquals(4, first.find("ring").orElseThrow().capabilities().number("value", 0));
      adoption.onUp(later.service());
      adoption.onDown(later.service(), Departure.WITHDRAWN);
      assertEquals(Adoption.State.PUBLISHING, adoption.state());
    }
  }

  @Test
  void somethingElseOfTheSameNameIsNeitherDisturbedNorReplaced() {
    try (Registry first = Registry.open(root);
        Registry second = Registry.open(root);
        Descriptor mine = Memfd.create("mine", 4096);
        Descriptor other = Memfd.create("other", 4096)) {
      Publication publication =
          first.publish(ServiceSpec.named("x").descriptor(other.number(), DescriptorKind.MEMORY));
      Adoption adoption =
          second.adopt(ServiceSpec.named("x").descriptor(mine.number(), DescriptorKind.MEMORY));
      awaitState(adoption, Adoption.State.SUPERSEDED);
      publication.handOver();
      Eventually.await("removed", DEADLINE, () -> !Alien.names(root).contains("x"));
      assertEquals(Adoption.State.SUPERSEDED, adoption.state());
    }
  }

  private static long publishing(List<ChildProcess> members) {
    members.forEach(one -> one.send("x"));
    return members.stream()
        .filter(one -> one.expectLine("state", DEADLINE).equals("PUBLISHING"))
        .count();
  }

  private static void awaitState(Adoption adoption, Adoption.State state) {
    Eventually.await(state.name(), DEADLINE, () -> adoption.state() == state);
  }
}
