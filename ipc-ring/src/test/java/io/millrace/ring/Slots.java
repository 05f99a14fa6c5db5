package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/** Checks that no place in a ring is lost for ever. */
final class Slots {
  private Slots() {}

  /**
   * Takes every place that no living member has, and gives all back.
   *
   * @param ring the ring
   * @param producers living producers
   * @param consumers living consumers
   * @param waiters living sleepers
   */
  static void assertReusable(Ring ring, int producers, int consumers, int waiters) {
    RingMemory memory = ring.core.memory;
    long without = ring.counters().waitsWithoutPlace();
    List<RingHandle> taken = new ArrayList<>();
    try {
      for (int i = producers; i < memory.producers.length; i++) {
        taken.add(ring.addProducer());
      }
      GroupOptions group = GroupOptions.named("slots").shared();
      for (int i = consumers; i < memory.consumers.length; i++) {
        Consumer consumer = ring.addConsumer(group);
        taken.add(consumer);
        if (i - consumers < memory.waiters.length - waiters) {
          assertTrue(consumer.waitForRecords().prepareWait());
        }
      }
      assertEquals(memory.producers.length, ring.counters().producers().size());
      assertEquals(memory.consumers.length, ring.counters().consumers().size());
      assertEquals(without, ring.counters().waitsWithoutPlace(), "a place for sleepers is lost");
    } finally {
      taken.forEach(RingHandle::close);
    }
  }
}
