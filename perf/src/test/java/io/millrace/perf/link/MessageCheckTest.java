package io.millrace.perf.link;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MessageCheckTest {
  private static final int LENGTH = 32;

  private final MessageSource first = new MessageSource(0, LENGTH);
  private final MessageSource second = new MessageSource(1, LENGTH);
  private final MessageCheck check = new MessageCheck(2, LENGTH);

  @Test
  void messagesOfSeveralProducersMayMix() {
    assertDoesNotThrow(
        () -> {
          send(first);
          send(second);
          send(second);
          send(first);
        });
  }

  @Test
  void aLostMessageIsNoticed() {
    send(first);
    first.next();
    assertThrows(IllegalStateException.class, () -> send(first));
  }

  @Test
  void aMessageThatComesTwiceIsNoticed() {
    send(first);
    assertThrows(IllegalStateException.class, () -> check.onMessage(first.buffer(), 0, LENGTH));
  }

  @Test
  void aMessageThatIsTornOrCutIsNoticed() {
    first.next();
    assertThrows(IllegalStateException.class, () -> check.onMessage(first.buffer(), 0, LENGTH - 8));
    first.buffer().putLong(LENGTH - 8, 0);
    assertThrows(IllegalStateException.class, () -> check.onMessage(first.buffer(), 0, LENGTH));
  }

  private void send(MessageSource source) {
    source.next();
    check.onMessage(source.buffer(), 0, LENGTH);
  }
}
