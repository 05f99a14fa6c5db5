package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupsTest {
  private static final int CAPACITY = 64 * 1024;
  private static final GroupOptions ALL = GroupOptions.named("all");

  private final Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxGroups(3));
  private final Producer producer = ring.addProducer();
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  @AfterEach
  void close() {
    producer.close();
    ring.close();
  }

  private void offer(int... types) {
    for (int type : types) {
      assertTrue(producer.offer(type, message, 0, 100) > 0);
    }
  }

  private static List<Integer> poll(Consumer consumer, int limit) {
    List<Integer> seen = new ArrayList<>();
    consumer.poll((type, buffer, offset, length) -> seen.add(type), limit);
    return seen;
  }

  private List<String> names() {
    return ring.counters().groups().stream().map(RingCounters.GroupCounters::name).toList();
  }

  @Test
  void everyGroupSeesEveryRecordFromItsCreationOn() {
    offer(1);
    try (Consumer first = ring.addConsumer(ALL)) {
      offer(2);
      try (Consumer second = ring.addConsumer(GroupOptions.named("second"))) {
        offer(3, 4);
        assertEquals(List.of(2, 3, 4), poll(first, 10));
        assertEquals(List.of(3, 4), poll(second, 10));
        assertEquals(List.of("all", "second"), names());
        assertEquals("second", second.group());
        assertEquals(producer.offer(5, message, 0, 0) - 64, second.position());
      }
    }
  }

  @Test
  void aGroupMayStartAtTheOldestRecordThatIsHeld() {
    offer(1);
    try (Consumer slow = ring.addConsumer(ALL)) {
      offer(2, 3, 4);
      assertEquals(List.of(2), poll(slow, 1));
      try (Consumer late = ring.addConsumer(GroupOptions.named("late").startingAtOldest())) {
        offer(5);
        assertEquals(List.of(3, 4, 5), poll(late, 10));
        assertEquals(List.of(3, 4, 5), poll(slow, 10));
      }
    }
    try (Consumer alone = ring.addConsumer(GroupOptions.named("alone").startingAtOldest())) {
      assertEquals(List.of(), poll(alone, 10));
    }
  }

  @Test
  void insideASharedGroupEachRecordGoesToOneConsumer() {
    GroupOptions workers = GroupOptions.named("workers").shared();
    try (Consumer first = ring.addConsumer(workers);
        Consumer second = ring.addConsumer(workers)) {
      offer(1, 2, 3, 4, 5);
      assertEquals(List.of(1, 2), poll(first, 2));
      assertEquals(List.of(3), poll(second, 1));
      assertEquals(List.of(4, 5), poll(first, 10));
      assertEquals(List.of(), poll(second, 10));
      assertEquals(List.of("workers"), names());
    }
  }

  @Test
  void aSecondConsumerOfAnExclusiveGroupIsToldWhoHasIt() {
    try (Consumer only = ring.addConsumer(ALL)) {
      GroupInUseException taken =
          assertThrows(GroupInUseException.class, () -> ring.addConsumer(ALL));
      assertEquals(
          "group all is exclusive and process " + ProcessHandle.current().pid() + " consumes it",
          taken.getMessage());
      assertEquals(0, only.poll((type, buffer, offset, length) -> {}, 1));
    }
    ring.addConsumer(ALL).close();
  }

  @Test
  void aGroupIsJoinedAsWhatItIs() {
    try (Consumer consumer = ring.addConsumer(ALL)) {
      assertEquals("all", consumer.group());
      GroupInUseException kind =
          assertThrows(GroupInUseException.class, () -> ring.addConsumer(ALL.shared().retained()));
      assertEquals(
          "group all exists and is exclusive and ephemeral, not shared and retained",
          kind.getMessage());
      assertThrows(GroupInUseException.class, () -> ring.addGroup(ALL.retained()));
    }
  }

  @Test
  void anEphemeralGroupVanishesWithItsLastConsumer() {
    GroupOptions workers = GroupOptions.named("workers").shared();
    Consumer first = ring.addConsumer(workers);
    Consumer second = ring.addConsumer(workers);
    offer(1);
    first.close();
    assertEquals(List.of("workers"), names());
    second.close();
    assertEquals(List.of(), names());
    assertEquals(0, ring.counters().evictions());
    IntStream.range(0, 5000).forEach(this::offer); // Nobody holds the producer back.
    try (Consumer again = ring.addConsumer(workers)) {
      offer(2);
      assertEquals(List.of(2), poll(again, 10));
    }
  }

  @Test
  void aRetainedGroupLosesNothingWhileNobodyIsInIt() {
    GroupOptions kept = ALL.retained();
    ring.addConsumer(kept).close();
    int written = 0;
    while (producer.offer(written, message, 0, 100) > 0) {
      written++;
    }
    assertEquals(CAPACITY / 128, written);
    try (Consumer back = ring.addConsumer(kept)) {
      assertEquals(IntStream.range(0, written).boxed().toList(), poll(back, CAPACITY));
    }
  }

  @Test
  void aGroupCanBeAddedBeforeItsConsumers() {
    assertTrue(ring.addGroup(ALL.retained()));
    assertFalse(ring.addGroup(ALL.retained()));
    offer(1, 2);
    try (Consumer consumer = ring.addConsumer(ALL.retained())) {
      assertEquals(List.of(1, 2), poll(consumer, 10));
    }
    IllegalArgumentException ephemeral =
        assertThrows(IllegalArgumentException.class, () -> ring.addGroup(ALL));
    assertEquals("group all must be retained to exist without a consumer", ephemeral.getMessage());
  }

  @Test
  void aRetainedGroupThatIsNotWantedAnyMoreCanBeRemoved() {
    GroupOptions kept = ALL.retained();
    assertFalse(ring.removeGroup("all"));
    try (Consumer consumer = ring.addConsumer(kept)) {
      assertEquals("all", consumer.group());
      GroupInUseException used =
          assertThrows(GroupInUseException.class, () -> ring.removeGroup("all"));
      assertEquals("group all cannot be removed: it has consumers", used.getMessage());
    }
    while (producer.offer(1, message, 0, 100) > 0) {
      assertEquals(List.of("all"), names());
    }
    assertTrue(ring.removeGroup("all"));
    offer(1);
    assertEquals(List.of(), names());
    assertEquals(0, ring.counters().evictions());
  }

  @Test
  void namesAreChecked() {
    String longest = "x".repeat(63);
    assertEquals(longest, GroupOptions.named(longest).name());
    for (String bad : List.of("", "x".repeat(64), ".hidden", "a b", "a/b", "ä", "a\n")) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> GroupOptions.named(bad));
      assertEquals(
          "group name '" + bad + "' does not match [A-Za-z0-9][A-Za-z0-9._-]{0,62}",
          refused.getMessage());
    }
    try (Consumer consumer = ring.addConsumer(GroupOptions.named(longest))) {
      assertEquals(longest, consumer.group());
      assertEquals(List.of(longest), names());
    }
  }

  @Test
  void whenAllPlacesAreTakenTheOptionIsNamed() {
    try (Consumer a = ring.addConsumer(GroupOptions.named("a"));
        Consumer b = ring.addConsumer(GroupOptions.named("b"));
        Consumer c = ring.addConsumer(GroupOptions.named("c"))) {
      assertEquals(List.of(a.group(), b.group(), c.group()), names());
      NoFreeSlotException groups =
          assertThrows(NoFreeSlotException.class, () -> ring.addConsumer(ALL));
      assertEquals(
          "all 3 group slots of this ring are in use; create the ring with more (maxGroups)",
          groups.getMessage());
    }
    try (Ring tiny = Ring.create(RingOptions.capacity(CAPACITY).maxConsumers(1).maxProducers(1));
        Consumer only = tiny.addConsumer(ALL.shared());
        Producer single = tiny.addProducer()) {
      assertEquals(CAPACITY / 2, single.maxMessageLength());
      assertEquals("all", only.group());
      assertThrows(NoFreeSlotException.class, () -> tiny.addConsumer(ALL.shared()));
      assertThrows(NoFreeSlotException.class, tiny::addProducer);
    }
  }
}
