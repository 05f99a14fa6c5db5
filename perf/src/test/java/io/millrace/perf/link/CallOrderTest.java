package io.millrace.perf.link;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CallOrderTest {
  private final CallOrder order = new CallOrder(8);

  @Test
  void repliesInTheOrderOfTheirCallsAreRight() {
    for (int round = 0; round < 100; round += 3) {
      for (int i = 0; i < 3; i++) {
        order.sent(round + i);
      }
      for (int i = 0; i < 3; i++) {
        order.answered(round + i);
      }
    }
  }

  @Test
  void aReplyToAnotherCallIsNoticed() {
    order.sent(1);
    order.sent(2);
    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> order.answered(2));
    assertTrue(failure.getMessage().contains("call 2 came where that to 1"), failure.getMessage());
  }

  @Test
  void aReplyToNoCallIsNoticed() {
    order.sent(1);
    order.answered(1);
    assertThrows(IllegalStateException.class, () -> order.answered(1));
  }
}
