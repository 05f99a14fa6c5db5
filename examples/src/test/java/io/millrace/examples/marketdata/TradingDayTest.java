package io.millrace.examples.marketdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.marketdata.codec.BookEventDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TradingDayTest {
  private static final int EVENTS = 20_000;

  @TempDir private Path folder;

  @Test
  void aSeedMakesOneDayAndAnotherOneAnother() throws IOException {
    assertEquals(day(1), day(1));
    assertNotEquals(day(1), day(2));
  }

  @Test
  void timeNeverGoesBackAndStaysWithinTheDay() throws IOException {
    long last = TradingDay.OPEN;
    for (String line : day(1)) {
      long time = EventLine.parse(line).dayNanos();
      assertTrue(time >= last && time < TradingDay.CLOSE, line);
      last = time;
    }
    assertTrue(last > TradingDay.CLOSE - (TradingDay.CLOSE - TradingDay.OPEN) / 10);
  }

  @Test
  void onlyWhatIsInTheBookIsTakenFromIt() throws IOException {
    Map<Long, Integer> open = new HashMap<>();
    for (String line : day(1)) {
      EventLine event = EventLine.parse(line);
      if (event.kind() == EventLine.NEW) {
        assertEquals(null, open.put(event.order(), event.size()), line);
      } else {
        assertTrue(open.merge(event.order(), -event.size(), Integer::sum) >= 0, line);
      }
    }
  }

  @Test
  void theBookNeverCrosses() throws IOException {
    Map<Long, EventLine> open = new HashMap<>();
    int count = 0;
    for (String line : day(1)) {
      EventLine event = EventLine.parse(line);
      if (event.kind() == EventLine.NEW) {
        open.put(event.order(), event);
      } else if (event.kind() == EventLine.DELETED) {
        open.remove(event.order());
      } else {
        open.computeIfPresent(
            event.order(),
            (order, old) ->
                old.size() == event.size()
                    ? null
                    : new EventLine(
                        0, 1, order, old.size() - event.size(), old.price(), old.side()));
      }
      if (++count % 97 == 0) {
        assertTrue(best(open, 1) < best(open, -1), line);
      }
    }
  }

  @Test
  void aLineComesBackFromItsMessage() {
    String line = "34200.017459617,1,5003,100,1001300,-1";
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[EventLine.MESSAGE_LENGTH + 8]);
    EventLine.parse(line).encode(buffer, 8, 42);
    BookEventDecoder message = new BookEventDecoder();
    EventLine.wrap(message, buffer, 8);
    assertEquals(42, message.sequence());
    assertEquals(line, EventLine.of(message).toString());
  }

  @Test
  void whatIsNoLineIsRefusedWithTheLine() {
    assertEquals(
        "not a line of an event file: 34200,1",
        assertThrows(IllegalStateException.class, () -> EventLine.parse("34200,1")).getMessage());
  }

  private static long best(Map<Long, EventLine> open, int side) {
    return side
        * open.values().stream()
            .filter(order -> order.side() == side)
            .mapToLong(order -> side * order.price())
            .max()
            .orElse(side > 0 ? Long.MIN_VALUE : -Long.MAX_VALUE);
  }

  private List<String> day(long seed) throws IOException {
    Path file = folder.resolve("day.csv");
    TradingDay.write(file, seed, EVENTS);
    return Files.readAllLines(file);
  }
}
