package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.BackPressureException;
import io.millrace.ring.Batch;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackPressureTest {
  interface Answers {
    void nothing(long id);

    boolean yesOrNo(long id);

    long position(String text);
  }

  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
  private final Producer producer = ring.addProducer();
  private final Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
  private final Answers out = Messages.writer(Answers.class, producer);

  @AfterEach
  void close() {
    ring.close();
  }

  private void fill() {
    while (out.yesOrNo(1)) {}
  }

  private void takeOne() {
    assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 1));
  }

  @Test
  void eachKindOfMethodSaysItInItsWay() {
    fill();
    BackPressureException first = assertThrows(BackPressureException.class, () -> out.nothing(1));
    assertTrue(first.getMessage().contains("Answers"), first.getMessage());
    assertEquals(0, first.getStackTrace().length);
    assertSame(first, assertThrows(BackPressureException.class, () -> out.nothing(1)));
    assertFalse(out.yesOrNo(1));
    assertEquals(RecordSender.BACK_PRESSURED, out.position(""));
    takeOne();
    out.nothing(1);
    assertFalse(out.yesOrNo(1));
  }

  @Test
  void aWriterThatWaitsGivesUpAfterItsTime() {
    fill();
    Answers waiting =
        Messages.writer(Answers.class, producer.waiting(WaitStrategy.blocking(), 2_000_000));
    assertThrows(BackPressureException.class, () -> waiting.nothing(1));
    assertFalse(waiting.yesOrNo(1));
    assertEquals(RecordSender.BACK_PRESSURED, waiting.position(""));
    takeOne();
    assertTrue(waiting.yesOrNo(1));
  }

  @Test
  void aWriterThatWaitsGoesOnWhenThereIsRoom() throws InterruptedException {
    fill();
    Answers waiting =
        Messages.writer(
            Answers.class, producer.waiting(WaitStrategy.blocking(), TimeUnit.SECONDS.toNanos(30)));
    Thread freeing = new Thread(this::takeOne);
    freeing.start();
    waiting.nothing(1);
    freeing.join();
  }

  @Test
  void aWaitThatIsEndedIsBackPressure() {
    fill();
    Answers waiting =
        Messages.writer(Answers.class, producer.waiting(WaitStrategy.blocking(), Waitable.FOREVER));
    producer.wakeup();
    assertFalse(waiting.yesOrNo(1));
    Thread.currentThread().interrupt();
    assertThrows(BackPressureException.class, () -> waiting.nothing(1));
    assertTrue(Thread.interrupted());
  }

  @Test
  void aBatchThatIsFull() {
    Answers batched;
    try (Batch batch = producer.tryBatch(2, 40)) {
      batched = Messages.writer(Answers.class, batch.sender());
      batched.nothing(1);
      assertTrue(batched.position("") > 0);
      assertThrows(BackPressureException.class, () -> batched.nothing(1));
      assertFalse(batched.yesOrNo(1));
    }
    assertThrows(IllegalStateException.class, () -> batched.nothing(1));
    try (Batch next = producer.tryBatch(1, 40)) {
      assertNotNull(next);
      assertTrue(batched.yesOrNo(1));
    }
    assertEquals(3, consumer.poll((type, buffer, offset, length) -> {}, 10));
  }

  @Test
  void useAfterCloseIsAnException() {
    producer.close();
    assertThrows(IllegalStateException.class, () -> out.nothing(1));
    assertThrows(IllegalStateException.class, () -> out.position("x"));
  }
}
