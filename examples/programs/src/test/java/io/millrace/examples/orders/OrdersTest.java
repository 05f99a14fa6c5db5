package io.millrace.examples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.ExampleRun;
import io.millrace.examples.orders.OrderBook.Told;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrdersTest {
  private static final Pattern EACH_ONCE =
      Pattern.compile(
          "orders: ok orders=5000 answered=(\\d+) refused=200 lost=(\\d+) again=1 killed=1"
              + " mistakes=0");

  @TempDir private Path folder;

  @Test
  void eachOrderIsAnsweredOnceOrItsClientToldAlthoughAServerIsKilled() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "orders", "--orders", "5000")) {
      Matcher last = run.assertSuccess(EACH_ONCE);
      assertEquals(5000, Integer.parseInt(last.group(1)) + Integer.parseInt(last.group(2)));
      String text = run.output();
      assertTrue(text.contains("order 2501 came as attempt 2: process "), text);
      ExampleRun.assertEmpty(root);
    }
  }

  @Test
  void theBookSeesWhatWasToldTwiceOrWrongly() {
    OrderBook book = OrderBook.open(folder.resolve("book"), 4);
    assertEquals(0, book.book(0, 7));
    assertEquals(7, book.book(0, 8));
    book.note(0, Told.BOOKED);
    book.note(1, Told.BOOKED_BEFORE);
    assertEquals(1, book.mistakes()); // Nobody has booked order 1.
    book.book(2, 7);
    book.note(2, Told.REFUSED);
    assertEquals(2, book.mistakes());
    assertEquals(1, book.count(Told.REFUSED));
    book.note(0, Told.BOOKED);
    assertEquals(0, book.count(Told.BOOKED)); // Twice is not once.
  }
}
