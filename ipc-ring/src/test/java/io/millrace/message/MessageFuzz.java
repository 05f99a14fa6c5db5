package io.millrace.message;

import io.millrace.message.market.BookDecoder;
import io.millrace.message.market.BytesDecoder;
import io.millrace.message.market.CancelledDecoder;
import io.millrace.message.market.EndedDecoder;
import io.millrace.message.market.LegDecoder;
import io.millrace.message.market.MessageHeaderDecoder;
import io.millrace.message.market.NumbersDecoder;
import io.millrace.message.market.PlacedDecoder;
import io.millrace.message.market.TextsDecoder;
import io.millrace.ring.MalformedRecordException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Any record either is no message, or malformed, or a call; and if it is a call, then sending that
 * call gives a message of which the SBE tool's decoders say the same as of the one that came.
 *
 * <p>The first byte of the input is the type of the record, the rest its payload.
 */
public final class MessageFuzz {
  private static final String SEEDS =
      """
      placed(1, "MILL", BUY, 100.5000, 10)
      cancelled(7)
      numbers(-1, -2, 'x', -3, -4, 1.5, -2.5, true, null, 3000)
      texts("grün", "plain", "abc", "zwölf", "forty", "kept")
      bytes(0x0102ff, 3, 0x)
      leg({1, BUY, -2.50, null, {"XLON", -3}, "grün", true}, SELL)
      book("M", 3, [{0.0005, 6, null, {"A", 1}, "x", 0x01}], [{0.0001, 2, BUY, {"", 0}, "", 0x}], 0x09)
      ended()
      """;

  private static final Captured AGAIN = new Captured();
  private static final Market WRITER = Messages.writer(Market.class, AGAIN);
  private static final MessageReader READER = Messages.reader(Market.class, WRITER);
  private static final Grown GROWN = new Grown();
  private static final MessageReader GROWN_READER = Messages.reader(Growing.class, GROWN);

  private MessageFuzz() {}

  /** A later version, so that versions, defaults and steps of blocks are met. */
  @Schema(id = 1804)
  interface Growing {
    record Entry(int one, @Since(1) short two, @Since(2) @Ascii(2) String three) {}

    @Template(1)
    void put(
        int one,
        @Since(1) @Ascii(4) CharSequence two,
        @Since(2) Market.Side three,
        Entry[] entries,
        @Since(1) Iterable<Entry> more,
        @Since(2) CharSequence text);
  }

  private static final class Grown implements Growing {
    private int calls;

    @Override
    public void put(
        int one,
        CharSequence two,
        Market.Side three,
        Entry[] entries,
        Iterable<Entry> more,
        CharSequence text) {
      calls++;
      require(two.length() <= 4, "length");
      for (Entry entry : entries) {
        require(entry.three().length() <= 2, "length of an entry");
      }
      for (Entry entry : more) {
        require(entry.three().length() <= 2, "length of another entry");
      }
      require(text.toString().contentEquals(text), "text");
    }
  }

  static List<byte[]> seeds() throws IOException {
    Captured captured = new Captured();
    Messages.player(Market.class, Messages.writer(Market.class, captured))
        .playAll(new StringReader(SEEDS));
    Growing.Entry entry = new Growing.Entry(1, (short) 2, "ab");
    Messages.writer(Growing.class, captured)
        .put(1, "two", Market.Side.BUY, new Growing.Entry[] {entry}, List.of(entry), "text");
    List<byte[]> seeds = new ArrayList<>();
    for (Captured.Sent sent : captured.sent) {
      byte[] seed = new byte[1 + sent.payload().length];
      seed[0] = (byte) sent.type();
      System.arraycopy(sent.payload(), 0, seed, 1, sent.payload().length);
      seeds.add(seed);
    }
    return seeds;
  }

  /**
   * Called by Jazzer.
   *
   * @param input anything
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int type = input[0] & 0xff;
    // Exactly the payload: whatever reads behind it is an exception that is not expected.
    UnsafeBuffer payload = new UnsafeBuffer(input, 1, input.length - 1);
    AGAIN.sent.clear();
    long unknown = READER.unknown();
    try {
      READER.onRecord(type, payload, 0, payload.capacity());
      if (READER.unknown() == unknown) {
        byte[] again = AGAIN.only();
        String first = sbe(type, payload);
        String second = sbe(type, new UnsafeBuffer(again));
        require(first.equals(second), first + " became " + second);
      }
    } catch (MalformedRecordException refusal) {
      require(AGAIN.sent.isEmpty(), "sent");
      require(refusal.getMessage().startsWith("Market."), "name");
    }
    int calls = GROWN.calls;
    unknown = GROWN_READER.unknown();
    try {
      GROWN_READER.onRecord(type, payload, 0, payload.capacity());
      require(GROWN.calls - calls + GROWN_READER.unknown() - unknown == 1, "one of both");
    } catch (MalformedRecordException refusal) {
      require(refusal.getMessage().startsWith("Growing."), "name");
    }
  }

  /** What the SBE tool's decoder says, without the header: a newer one is written as ours. */
  private static String sbe(int type, DirectBuffer payload) {
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    String all =
        switch (type) {
          case 1 -> new PlacedDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 2 -> new CancelledDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 3 -> new NumbersDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 4 -> new TextsDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 5 -> new BytesDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 6 -> new LegDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          case 7 -> new BookDecoder().wrapAndApplyHeader(payload, 0, header).toString();
          default -> new EndedDecoder().wrapAndApplyHeader(payload, 0, header).toString();
        };
    return all.substring(all.indexOf("):") + 2);
  }

  private static void require(boolean sound, String what) {
    if (!sound) {
      throw new AssertionError("unsound: " + what);
    }
  }
}
