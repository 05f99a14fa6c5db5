package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.message.Market.Leg;
import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import io.millrace.message.market.BookDecoder;
import io.millrace.message.market.BookEncoder;
import io.millrace.message.market.Bool;
import io.millrace.message.market.BytesDecoder;
import io.millrace.message.market.BytesEncoder;
import io.millrace.message.market.CancelledEncoder;
import io.millrace.message.market.EndedEncoder;
import io.millrace.message.market.LegDecoder;
import io.millrace.message.market.LegEncoder;
import io.millrace.message.market.MessageHeaderDecoder;
import io.millrace.message.market.MessageHeaderEncoder;
import io.millrace.message.market.NumbersDecoder;
import io.millrace.message.market.NumbersEncoder;
import io.millrace.message.market.PlacedDecoder;
import io.millrace.message.market.PlacedEncoder;
import io.millrace.message.market.TextsDecoder;
import io.millrace.message.market.TextsEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The codecs that the SBE tool generates from the schema read and write the same bytes. The build
 * generates them from {@code src/test/sbe/messages.xml}.
 */
class SbeCodecsTest {
  private static final String FORTY = "0123456789012345678901234567890123456789";

  private final Captured captured = new Captured();
  private final Market out = Messages.writer(Market.class, captured);
  private final Calls calls = new Calls();
  private final MessageReader reader = Messages.reader(Market.class, calls);

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();

  @Test
  void theCodecsAreThoseOfTheSchema() throws IOException {
    assertEquals(
        Files.readString(Path.of("src/test/sbe/messages.xml")), Messages.schema(Market.class));
  }

  /** The same bytes from both writers, and the same call from the reader. */
  private void assertSame(int templateId, int length, String call) {
    byte[] encoded =
        Arrays.copyOf(buffer.byteArray(), MessageHeaderEncoder.ENCODED_LENGTH + length);
    assertArrayEquals(encoded, captured.only());
    assertEquals(templateId, captured.sent.get(0).type());
    Captured.deliver(reader, templateId, encoded);
    assertEquals(List.of(call), calls.seen);
    calls.seen.clear();
  }

  private UnsafeBuffer written() {
    return new UnsafeBuffer(captured.only());
  }

  @Test
  void fixedFields() {
    PlacedEncoder placed = new PlacedEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    placed
        .id(-5)
        .symbol("MILL")
        .side(io.millrace.message.market.Side.SELL)
        .quantity(9)
        .price()
        .mantissa(1005000);
    out.placed(-5, "MILL", Side.SELL, 1005000, 9);
    assertSame(PlacedEncoder.TEMPLATE_ID, placed.encodedLength(), "placed -5 MILL SELL 1005000 9");

    PlacedDecoder decoded = new PlacedDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    assertEquals(-5, decoded.id());
    assertEquals("MILL", decoded.symbol());
    assertEquals(io.millrace.message.market.Side.SELL, decoded.side());
    assertEquals(1005000, decoded.price().mantissa());
    assertEquals(-4, decoded.price().exponent());
    assertEquals(9, decoded.quantity());
  }

  @Test
  void theSmallestMessages() {
    CancelledEncoder cancelled =
        new CancelledEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder).id(Long.MIN_VALUE);
    out.cancelled(Long.MIN_VALUE);
    assertSame(2, cancelled.encodedLength(), "cancelled " + Long.MIN_VALUE);
    captured.sent.clear();
    EndedEncoder ended = new EndedEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    out.ended();
    assertSame(8, ended.encodedLength(), "ended");
  }

  @Test
  void primitivesAndOptionalValues() {
    NumbersEncoder numbers = new NumbersEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    numbers
        .i8((byte) -1)
        .i16((short) -2)
        .u16('\u20ac')
        .i32(-3)
        .i64(-4)
        .f32(1.5f)
        .f64(-2.5)
        .flag(Bool.T)
        .maybe(NumbersEncoder.maybeNullValue())
        .thousands()
        .mantissa(io.millrace.message.market.Decimal64p3optEncoder.mantissaNullValue());
    out.numbers(
        (byte) -1, (short) -2, '\u20ac', -3, -4, 1.5f, -2.5, true, NullValue.INT, NullValue.LONG);
    assertSame(
        3,
        numbers.encodedLength(),
        "numbers [-1, -2, 8364, -3, -4, 1.5, -2.5, true, -2147483648, -9223372036854775808]");
    NumbersDecoder decoded = new NumbersDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    assertEquals('\u20ac', decoded.u16());
    assertEquals(NumbersDecoder.maybeNullValue(), decoded.maybe());
    assertEquals(Bool.T, decoded.flag());
  }

  @Test
  void texts() {
    TextsEncoder texts = new TextsEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    texts.three("abc").twenty("zwölf").forty(FORTY);
    texts.utf8("grün \ud83d\ude00").ascii("plain").kept("\u4e2d");
    out.texts("grün \ud83d\ude00", "plain", "abc", "zwölf", FORTY, "\u4e2d");
    assertSame(
        4,
        texts.encodedLength(),
        "texts [grün \ud83d\ude00, plain, abc, zwölf, " + FORTY + ", \u4e2d]");
    TextsDecoder decoded = new TextsDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    assertEquals("abc", decoded.three());
    assertEquals("zwölf", decoded.twenty());
    assertEquals(FORTY, decoded.forty());
    assertEquals("grün \ud83d\ude00", decoded.utf8());
    assertEquals("plain", decoded.ascii());
    assertEquals("\u4e2d", decoded.kept());
  }

  @Test
  void bytes() {
    BytesEncoder bytes = new BytesEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    bytes.between(7).putArray(new byte[] {1, 2}, 0, 2).putBuffer(new byte[] {3}, 0, 1);
    out.bytes(new byte[] {1, 2}, 7, new UnsafeBuffer(new byte[] {3}));
    assertSame(5, bytes.encodedLength(), "bytes [1, 2] 7 [3]");
    BytesDecoder decoded = new BytesDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    byte[] read = new byte[decoded.arrayLength()];
    decoded.getArray(read, 0, read.length);
    assertArrayEquals(new byte[] {1, 2}, read);
    assertEquals(1, decoded.bufferLength());
  }

  @Test
  void composites() {
    LegEncoder leg = new LegEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
    leg.leg()
        .instrument(4)
        .side(io.millrace.message.market.Side.BUY)
        .lot(6)
        .label("grün")
        .firm(Bool.F);
    leg.leg().price().mantissa(-250);
    leg.leg().venue().code("XLON").zone((short) -3);
    leg.side(io.millrace.message.market.Side.NULL_VAL);
    Leg value = new Leg(4, Side.BUY, -250, 6, new Venue("XLON", (short) -3), "grün", false);
    out.leg(value, null);
    assertSame(6, leg.encodedLength(), "leg " + value + " null");
    LegDecoder decoded = new LegDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    assertEquals("XLON", decoded.leg().venue().code());
    assertEquals(-250, decoded.leg().price().mantissa());
    assertEquals("grün", decoded.leg().label());
    assertEquals(io.millrace.message.market.Side.NULL_VAL, decoded.side());
  }

  @Test
  void groups() {
    BookEncoder book = new BookEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder).id(3);
    BookEncoder.BidsEncoder bid = book.bidsCount(2).next();
    bid.size(6).side(io.millrace.message.market.Side.NULL_VAL).price().mantissa(5);
    bid.venue().code("A").zone((short) 1);
    bid.note("erste").putTag(new byte[] {1}, 0, 1);
    bid = bid.next();
    bid.size(8).side(io.millrace.message.market.Side.BUY).price().mantissa(-7);
    bid.venue().code("BB").zone((short) 2);
    bid.note("").putTag(new byte[0], 0, 0);
    book.asksCount(0);
    book.name("MILL").putRest(new byte[] {9}, 0, 1);
    Level one = new Level(5, 6, null, new Venue("A", (short) 1), "erste", new byte[] {1});
    Level two = new Level(-7, 8, Side.BUY, new Venue("BB", (short) 2), "", new byte[0]);
    out.book("MILL", 3, List.of(one, two), new Level[0], new UnsafeBuffer(new byte[] {9}));
    assertSame(
        7,
        book.encodedLength(),
        "book MILL 3 [bid " + Calls.text(one) + ", bid " + Calls.text(two) + "] [9]");
    BookDecoder decoded = new BookDecoder().wrapAndApplyHeader(written(), 0, headerDecoder);
    BookDecoder.BidsDecoder bids = decoded.bids();
    assertEquals(2, bids.count());
    assertEquals(5, bids.next().price().mantissa());
    assertEquals("erste", bids.note());
    assertEquals(1, bids.skipTag());
    assertEquals("BB", bids.next().venue().code());
    assertEquals("", bids.note());
    assertEquals(0, bids.skipTag());
    assertEquals(0, decoded.asks().count());
    assertEquals("MILL", decoded.name());
  }
}
