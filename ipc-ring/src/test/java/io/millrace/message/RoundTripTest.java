package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.message.Market.Leg;
import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import io.millrace.ring.Batch;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
  private final Producer producer = ring.addProducer();
  private final Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
  private final Calls calls = new Calls();
  private final MessageReader reader = Messages.reader(Market.class, calls);
  private final Market out = Messages.writer(Market.class, producer);

  @AfterEach
  void close() {
    ring.close();
  }

  private List<String> received() {
    calls.seen.clear();
    consumer.poll(reader, Integer.MAX_VALUE);
    assertEquals(0, reader.unknown());
    return List.copyOf(calls.seen);
  }

  @Test
  void callsArriveAsTheyWereMade() {
    out.placed(1, "MILL", Side.BUY, 1005000, 10);
    out.placed(Long.MIN_VALUE, "", Side.SELL, Long.MAX_VALUE, -1);
    out.placed(0, new StringBuilder("ABCDEFGH"), Side.SELL, 0, 0);
    out.cancelled(7);
    out.ended();
    assertEquals(
        List.of(
            "placed 1 MILL BUY 1005000 10",
            "placed -9223372036854775808  SELL 9223372036854775807 -1",
            "placed 0 ABCDEFGH SELL 0 0",
            "cancelled 7",
            "ended"),
        received());
  }

  @Test
  void allPrimitivesKeepTheirValues() {
    assertTrue(
        out.numbers(
            Byte.MIN_VALUE,
            Short.MAX_VALUE,
            '\u20ac',
            Integer.MIN_VALUE,
            Long.MIN_VALUE,
            Float.MIN_VALUE,
            Double.MAX_VALUE,
            true,
            NullValue.INT,
            NullValue.LONG));
    assertTrue(out.numbers((byte) 1, (short) -2, 'x', 3, -4, 5.5f, -6.25, false, 7, 8));
    assertEquals(
        List.of(
            "numbers [-128, 32767, 8364, -2147483648, -9223372036854775808, 1.4E-45,"
                + " 1.7976931348623157E308, true, -2147483648, -9223372036854775808]",
            "numbers [1, -2, 120, 3, -4, 5.5, -6.25, false, 7, 8]"),
        received());
  }

  @Test
  void textsOfAllKindsAndEncodings() {
    String full = "0123456789012345678901234567890123456789";
    assertTrue(out.texts("grün \ud83d\ude00 \u20ac", "plain", "abc", "zwölf", full, "\u4e2d") > 0);
    assertTrue(out.texts("", "", "", "", "", "") > 0);
    assertTrue(out.texts("only ascii", "a\0b", "z", "12345678901234567890", "x", "k") > 0);
    assertEquals(
        List.of(
            "texts [grün \ud83d\ude00 \u20ac, plain, abc, zwölf, " + full + ", \u4e2d]",
            "texts [, , , , , ]",
            "texts [only ascii, a\0b, z, 12345678901234567890, x, k]"),
        received());
  }

  @Test
  void bytesOfArraysAndBuffers() {
    out.bytes(new byte[] {1, 2}, 3, new UnsafeBuffer(new byte[] {4, 5, 6}));
    out.bytes(new byte[0], 0, new UnsafeBuffer(new byte[0]));
    out.bytes(new byte[] {9}, 1, new ExpandableArrayBuffer(2));
    assertEquals(
        List.of("bytes [1, 2] 3 [4, 5, 6]", "bytes [] 0 []", "bytes [9] 1 [0, 0]"), received());
  }

  @Test
  void recordsAsComposites() {
    Leg leg =
        new Leg(1, Side.BUY, -250, NullValue.LONG, new Venue("XLON", (short) -3), "grün", true);
    Leg other = new Leg(2, Side.SELL, 9, 3, new Venue("", (short) 0), "", false);
    out.leg(leg, Side.BUY);
    out.leg(other, null);
    assertEquals(List.of("leg " + leg + " BUY", "leg " + other + " null"), received());
  }

  @Test
  void groupsOfRecords() {
    Level one = new Level(5, 6, null, new Venue("A", (short) 1), "erste", new byte[] {1});
    Level two = new Level(-7, 8, Side.BUY, new Venue("BB", (short) 2), "", new byte[0]);
    out.book("MILL", 3, List.of(one, two), new Level[] {two}, new UnsafeBuffer(new byte[] {9}));
    out.book("", 0, List.of(), new Level[0], new UnsafeBuffer(new byte[0]));
    assertEquals(
        List.of(
            "book MILL 3 [bid 5 6 null Venue[code=A, zone=1] erste [1], bid -7 8 BUY"
                + " Venue[code=BB, zone=2]  [], ask -7 8 BUY Venue[code=BB, zone=2]  []] [9]",
            "book  0 [] []"),
        received());
  }

  @Test
  void resultsTellPositions() {
    long first = out.texts("a", "b", "c", "d", "e", "f");
    assertEquals(first, producer.offer(9, new UnsafeBuffer(new byte[1]), 0, 1) - 64);
  }

  @Test
  void messagesInABatch() {
    Market batched;
    try (Batch batch = producer.tryBatch(10, 64)) {
      batched = Messages.writer(Market.class, batch.sender());
      batched.cancelled(1);
      assertTrue(batched.texts("a", "b", "c", "d", "e", "f") > 0);
    }
    try (Batch batch = producer.tryBatch(10, 64)) {
      assertNotNull(batch);
      batched.cancelled(2);
    }
    assertEquals(List.of("cancelled 1", "texts [a, b, c, d, e, f]", "cancelled 2"), received());
  }
}
