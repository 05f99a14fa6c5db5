package io.millrace.examples.marketdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.marketdata.codec.BookEventDecoder;
import io.millrace.message.MessageSchema;
import io.millrace.message.Messages;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    List<String> seen = new ArrayList<>();
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      BookEvents out = Messages.writer(BookEvents.class, producer);
      assertTrue(EventLine.parse(line).send(out, 42));
      consumer.poll(
          (type, buffer, offset, length) -> {
            BookEventDecoder message = new BookEventDecoder();
            EventLine.wrap(message, buffer, offset);
            seen.add(message.sequence() + " " + EventLine.of(message));
          },
          1);
    }
    assertEquals(List.of("42 " + line), seen);
  }

  @Test
  void theInterfaceAndTheSchemaAreTheSameMessage() throws IOException {
    String schema = Files.readString(Path.of("src/main/sbe/market-data.xml"));
    assertEquals(
        MessageSchema.parse(schema).fingerprint(),
        MessageSchema.of(BookEvents.class).fingerprint());
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
