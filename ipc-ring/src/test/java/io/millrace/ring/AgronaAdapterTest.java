package io.millrace.ring;

import static org.agrona.concurrent.ringbuffer.RingBuffer.INSUFFICIENT_CAPACITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What {@link AgronaRingBuffer} does where Agrona's has no such thing. */
class AgronaAdapterTest {
  private static final int CAPACITY = 64 * 1024;
  private static final MessageHandler IGNORE = (type, buffer, index, length) -> {};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);
  private final List<Integer> seen = new ArrayList<>();

  @Test
  void whatIsWrittenBeforeTheReaderComesIsKept() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        AgronaRingBuffer writer = AgronaRingBuffer.of(ring, "readers");
        AgronaRingBuffer reader = AgronaRingBuffer.of(ring, "readers")) {
      assertTrue(writer.write(7, message, 0, 8));
      assertEquals(1, reader.read((type, data, index, length) -> seen.add(type)));
      assertEquals(0, reader.nextCorrelationId());
      assertEquals(1, writer.nextCorrelationId());
      reader.consumerHeartbeatTime(9);
      assertEquals(9, writer.consumerHeartbeatTime());
      assertThrows(GroupInUseException.class, () -> writer.read(IGNORE));
      assertTrue(writer.write(8, message, 0, 8));
    }
  }

  @Test
  void aClaimOfALivingProcessIsNeverUnblocked() {
    try (AgronaSubject subject = AgronaSubject.ours(RingOptions.capacity(CAPACITY))) {
      int index = subject.buffer().tryClaim(1, 8);
      assertEquals(0, subject.buffer().read(IGNORE));
      assertFalse(subject.buffer().unblock());
      subject.buffer().commit(index);
      assertEquals(1, subject.buffer().read(IGNORE));
    }
  }

  @Test
  void aSingleProducerRingTakesOneWriterAtATime() {
    try (AgronaSubject subject =
        AgronaSubject.ours(RingOptions.capacity(CAPACITY).forSingleProducer())) {
      int index = subject.buffer().tryClaim(1, 8);
      assertFalse(subject.buffer().write(2, message, 0, 8));
      assertEquals(INSUFFICIENT_CAPACITY, subject.buffer().tryClaim(2, 8));
      subject.buffer().commit(index);
      assertTrue(subject.buffer().write(2, message, 0, 8));
      assertEquals(2, subject.buffer().read(IGNORE));
    }
  }

  @Test
  @SuppressWarnings("try") // Closed in the middle: that is what is tested.
  void aWriterForWhomTheRingHasNoPlaceIsTold() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(1));
        Producer taken = ring.addProducer();
        AgronaRingBuffer adapter = AgronaRingBuffer.of(ring, "readers")) {
      assertThrows(NoFreeSlotException.class, () -> adapter.write(1, message, 0, 8));
      taken.close();
      assertTrue(adapter.write(1, message, 0, 8));
    }
  }

  @Test
  void unblockSettlesAClaimOfAKilledProcessAtOnce() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        AgronaRingBuffer adapter = AgronaRingBuffer.of(ring, "readers");
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      assertEquals(0, adapter.read(IGNORE));
      child.runUpTo(Steps.Step.TAIL_MOVED, 1, "offer p 0 40");
      assertTrue(adapter.write(7, message, 0, 8));
      assertFalse(adapter.unblock());
      child.kill();
      assertTrue(adapter.unblock());
      assertFalse(adapter.unblock());
      assertEquals(1, adapter.read((type, data, index, length) -> seen.add(type)));
      assertEquals(List.of(7), seen);
    }
  }

  @Test
  @SuppressWarnings("try") // Closed in the middle: that is what is tested.
  void closingGivesAllPlacesBackAndKeepsWhatWasWritten() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(2))) {
      try (AgronaRingBuffer adapter = AgronaRingBuffer.of(ring, "readers")) {
        assertTrue(adapter.tryClaim(1, 8) > 0);
        assertTrue(adapter.write(2, message, 0, 8));
        assertEquals(0, adapter.read(IGNORE));
      }
      Slots.assertReusable(ring, 0, 0, 0);
      try (AgronaRingBuffer again = AgronaRingBuffer.of(ring, "readers")) {
        assertEquals(1, again.read((type, data, index, length) -> seen.add(type)));
        assertEquals(List.of(2), seen);
      }
    }
  }
}
