package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.MillraceException;
import io.millrace.os.Descriptor;
import io.millrace.os.OfdLock;
import io.millrace.testkit.OpenDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RingTest {
  private static final RingOptions SMALL = RingOptions.capacity(64 * 1024);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40 * 1024]);

  @Test
  void recordsComeInTheOrderInWhichTheyWereOffered() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++) {
          message.putInt(0, i);
          assertTrue(producer.offer(i, message, 0, 4 + i) > 0);
        }
        List<Integer> seen = new ArrayList<>();
        int count =
            consumer.poll(
                (type, buffer, offset, length) -> {
                  assertEquals(4 + type, length);
                  assertEquals(type, buffer.getInt(offset));
                  seen.add(type);
                },
                1000);
        assertEquals(100, count);
        assertEquals(99, seen.get(99));
      }
    }
  }

  @Test
  void aFullRingPushesBackAndGoesOnAfterConsumption() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      int written = 0;
      while (producer.offer(1, message, 0, 100) > 0) {
        written++;
      }
      assertEquals(64 * 1024 / 128, written);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 1));
      assertTrue(producer.offer(1, message, 0, 100) > 0);
      assertEquals(Producer.BACK_PRESSURED, producer.offer(1, message, 0, 100));
    }
  }

  @Test
  void whatATwiceMappedEdgeSplitsIsWhole() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      for (int i = 0; i < 200; i++) {
        int length = 20_000 + i;
        message.setMemory(0, length, (byte) i);
        assertTrue(producer.offer(i, message, 0, length) > 0);
        byte expected = (byte) i;
        assertEquals(
            1,
            consumer.poll(
                (type, buffer, offset, size) -> {
                  assertEquals(length, size);
                  assertEquals(expected, buffer.getByte(offset));
                  assertEquals(expected, buffer.getByte(offset + size - 1));
                },
                10));
      }
    }
  }

  /** A descriptor that was closed twice may be somebody else's by then. */
  @Test
  void joiningLeavesTheDescriptorsToTheCaller() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Ring ring = Ring.create(SMALL);
              Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
            int memory = ring.descriptors()[0]; // Opened now, and kept.
            Map<Integer, String> before = OpenDescriptors.now();
            try (Ring same = Ring.join(ring.descriptors());
                Producer producer = same.addProducer()) {
              assertTrue(producer.offer(1, message, 0, 8) > 0);
            }
            assertThrows(IllegalArgumentException.class, () -> Ring.adopt(ring.descriptors()));
            assertThrows(IllegalArgumentException.class, Ring::join);
            assertThrows(MillraceException.class, () -> Ring.join(1 << 20));
            assertThrows(DamagedRingException.class, () -> Ring.join(memory));
            assertThrows(IllegalArgumentException.class, () -> Ring.join(memory, memory));
            OpenDescriptors.assertNoneBeside(before);
            OpenDescriptors.assertOpen(ring.descriptors());
            assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
          }
        });
  }

  /** Who had the description by which a member holds its locks would keep them after its death. */
  @Test
  void aMemberHasItsMemoryOpenOnceAndHandsOutAnotherDescriptionThanItsLocksAreOf() {
    try (Ring ring = Ring.create(SMALL.name("once"))) {
      Producer producer = ring.addProducer();
      assertEquals(1, memories());
      int handedOut = ring.descriptors()[0];
      assertEquals(handedOut, ring.descriptors()[0]);
      assertEquals(2, memories());
      long lock = ring.core.memory.producers[0].lock();
      try (Descriptor theirs = Descriptor.duplicateOf(handedOut, "memory of another process")) {
        assertTrue(OfdLock.isHeldByAnother(theirs, lock));
        producer.close();
        assertFalse(OfdLock.isHeldByAnother(theirs, lock));
      }
      try (Ring same = Ring.join(ring.descriptors())) {
        assertEquals(3, memories());
        assertFalse(same.isClosed());
      }
      assertEquals(2, memories());
    }
    assertEquals(0, memories());
  }

  private static long memories() {
    return OpenDescriptors.now().values().stream()
        .filter(one -> one.startsWith("/memfd:once"))
        .count();
  }

  @Test
  void nothingIsLeftOpenAndLateUseIsAnException() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          Ring ring = Ring.create(SMALL.name("leftovers"));
          Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
          assertTrue(producer.offer(1, message, 0, 8) > 0);
          ring.close();
          assertTrue(producer.isClosed() && consumer.isClosed());
          assertThrows(ClosedException.class, () -> producer.offer(1, message, 0, 8));
          assertThrows(ClosedException.class, () -> consumer.poll((t, b, o, l) -> {}, 1));
        });
    assertEquals(0, OpenDescriptors.mappings("leftovers"));
  }
}
