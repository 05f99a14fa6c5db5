package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.OpenDescriptors;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.io.ClosedIllegalStateException;
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
          assertTrue(producer.offer(message, 0, 4 + i, i) > 0);
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
      while (producer.offer(message, 0, 100, 1) > 0) {
        written++;
      }
      assertEquals(64 * 1024 / 128, written);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 1));
      assertTrue(producer.offer(message, 0, 100, 1) > 0);
      assertEquals(Producer.BACK_PRESSURED, producer.offer(message, 0, 100, 1));
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
        assertTrue(producer.offer(message, 0, length, i) > 0);
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

  @Test
  void nothingIsLeftOpenAndLateUseIsAnException() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          Ring ring = Ring.create(SMALL.name("leftovers"));
          Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
          ring.close();
          assertTrue(producer.offer(message, 0, 8, 1) > 0);
          assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 1));
          producer.close();
          consumer.close();
          assertThrows(ClosedIllegalStateException.class, () -> producer.offer(message, 0, 8, 1));
          assertThrows(
              ClosedIllegalStateException.class, () -> consumer.poll((t, b, o, l) -> {}, 1));
        });
    assertEquals(0, OpenDescriptors.mappings("leftovers"));
  }
}
