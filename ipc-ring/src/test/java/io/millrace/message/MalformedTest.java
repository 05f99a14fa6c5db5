package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import io.millrace.ring.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Bad input is an exception that says what is wrong, and never a call with a wrong value. */
class MalformedTest {
  private final Captured captured = new Captured();
  private final Market out = Messages.writer(Market.class, captured);
  private final Calls calls = new Calls();
  private final MessageReader reader = Messages.reader(Market.class, calls);

  /** Sends a call, changes its bytes, and expects an exception in place of a call. */
  private void assertMalformed(String why, Runnable call, Consumer<UnsafeBuffer> change) {
    assertRefused(
        why,
        call,
        bytes -> {
          change.accept(new UnsafeBuffer(bytes));
          return bytes;
        });
  }

  private interface Change {
    byte[] apply(byte[] bytes);
  }

  private void assertRefused(String why, Runnable call, Change change) {
    captured.sent.clear();
    call.run();
    int type = captured.sent.get(0).type();
    byte[] bytes = change.apply(captured.only());
    String said =
        assertThrows(MalformedRecordException.class, () -> Captured.deliver(reader, type, bytes))
            .getMessage();
    assertTrue(said.contains(why), said);
    assertEquals(List.of(), calls.seen);
    assertEquals(0, reader.unknown());
  }

  private void placed() {
    out.placed(1, "MILL", Side.BUY, 1, 1);
  }

  private void texts() {
    out.texts("grün", "ascii", "abc", "zwölf", "forty", "kept");
  }

  private void book() {
    Level level = new Level(5, 6, null, new Venue("A", (short) 1), "note", new byte[] {1});
    out.book("MILL", 3, List.of(level), new Level[] {level}, new UnsafeBuffer(new byte[1]));
  }

  @Test
  void messagesThatAreCutShortAnywhere() {
    for (Runnable call : List.<Runnable>of(this::placed, this::texts, this::book)) {
      captured.sent.clear();
      call.run();
      int length = captured.only().length;
      for (int cut = 8; cut < length; cut++) {
        int end = cut;
        assertRefused("Market.", call, bytes -> Arrays.copyOf(bytes, end));
      }
    }
  }

  @Test
  void messagesThatAreLongerThanTheySay() {
    for (Runnable call : List.<Runnable>of(this::placed, this::texts, this::book)) {
      assertRefused(
          "1 bytes follow behind its end", call, bytes -> Arrays.copyOf(bytes, bytes.length + 1));
    }
  }

  @Test
  void blocksOfAnotherLengthThanTheVersionHas() {
    assertMalformed("a block of 28 bytes", this::placed, bytes -> bytes.putByte(0, (byte) 28));
    assertMalformed("a block of 30 bytes", this::placed, bytes -> bytes.putByte(0, (byte) 30));
    assertMalformed("Market.texts", this::texts, bytes -> bytes.putByte(0, (byte) 0));
    assertMalformed("Market.texts", this::texts, bytes -> bytes.putShort(0, (short) -1));
    // A newer writer may have a longer block, but not a shorter one, and not beyond the record.
    for (int block : new int[] {28, 30}) {
      assertMalformed(
          "Market.placed",
          this::placed,
          bytes -> {
            bytes.putByte(0, (byte) block);
            bytes.putByte(6, (byte) 1);
          });
    }
  }

  @Test
  void numbersThatStandForNoConstant() {
    assertMalformed("(side): 2 stands", this::placed, bytes -> bytes.putByte(24, (byte) 2));
    assertMalformed("(side): 255 stands", this::placed, bytes -> bytes.putByte(24, (byte) -1));
    assertMalformed(
        "(flag): 2 is neither",
        () -> out.numbers((byte) 1, (short) 1, 'a', 1, 1, 1, 1, true, 1, 1),
        bytes -> bytes.putByte(8 + 29, (byte) 2));
  }

  @Test
  void textsThatAreNone() {
    assertMalformed("(symbol): a byte", this::placed, bytes -> bytes.putByte(17, (byte) 0x80));
    int ascii = 8 + 63 + 4 + 5 + 4;
    assertMalformed("(ascii): a byte", this::texts, bytes -> bytes.putByte(ascii, (byte) -1));
    int utf8 = 8 + 63 + 4;
    assertMalformed("(utf8): the bytes", this::texts, bytes -> bytes.putByte(utf8, (byte) 0xc3));
    assertMalformed("(twenty): the", this::texts, bytes -> bytes.putByte(8 + 3, (byte) 0xff));
  }

  @Test
  void everyKindOfWrongUtf8() {
    for (int[] wrong :
        new int[][] {
          {0x80},
          {0xc0, 0x80},
          {0xc1, 0xbf},
          {0xc3},
          {0xc3, 0x28},
          {0xe0, 0x80, 0x80},
          {0xed, 0xa0, 0x80},
          {0xe2, 0x82},
          {0xf0, 0x80, 0x80, 0x80},
          {0xf4, 0x90, 0x80, 0x80},
          {0xf5, 0x80, 0x80, 0x80},
          {0xff},
          {0xf0, 0x9f, 0x98}
        }) {
      byte[] bytes = new byte[wrong.length];
      for (int i = 0; i < wrong.length; i++) {
        bytes[i] = (byte) wrong[i];
      }
      String room = "x".repeat(wrong.length);
      assertMalformed(
          "(utf8): the bytes are no UTF-8",
          () -> out.texts(room, "", "", "", "", ""),
          buffer -> buffer.putBytes(8 + 63 + 4, bytes));
    }
  }

  /** All characters there are, against the codec of the JDK. */
  @Test
  void allOfUnicodeBothWays() {
    StringBuilder all = new StringBuilder();
    for (int code = 0; code <= Character.MAX_CODE_POINT; code += code < 0x3000 ? 1 : 97) {
      if (code < 0xd800 || code > 0xdfff) {
        all.appendCodePoint(code);
      }
      if (all.length() > 8000 || code + 97 > Character.MAX_CODE_POINT) {
        captured.sent.clear();
        calls.seen.clear();
        out.texts(all, "", "", "", "", "");
        byte[] payload = captured.only();
        byte[] encoded = all.toString().getBytes(StandardCharsets.UTF_8);
        assertTrue(Arrays.equals(encoded, 0, encoded.length, payload, 75, 75 + encoded.length));
        captured.replay(reader);
        assertEquals("texts [" + all + ", , , , , ]", calls.seen.get(0));
        all.setLength(0);
      }
    }
  }

  @Test
  void lengthsBeyondTheMessage() {
    int utf8 = 8 + 63;
    for (int length : new int[] {1000, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      assertMalformed("(utf8)", this::texts, bytes -> bytes.putInt(utf8, length));
    }
    int bids = 8 + 8;
    assertMalformed("(bids)", this::book, bytes -> bytes.putShort(bids + 2, (short) -1));
    assertMalformed("(bids)", this::book, bytes -> bytes.putShort(bids, (short) -1));
    assertMalformed("(bids)", this::book, bytes -> bytes.putShort(bids, (short) 0));
    int note = bids + 4 + 8 + 4 + 1 + 6;
    assertMalformed("Market.book", this::book, bytes -> bytes.putInt(note, 1 << 30));
  }

  private record Step(int height) {}

  private interface Ladder {
    void climb(Iterable<Step> steps);
  }

  @Test
  void entriesOfFixedLengthBeyondTheMessage() {
    Messages.writer(Ladder.class, captured).climb(List.of(new Step(1), new Step(2)));
    int type = captured.sent.get(0).type();
    List<Step> climbed = new ArrayList<>();
    MessageReader climbing = Messages.reader(Ladder.class, steps -> steps.forEach(climbed::add));
    for (int count : new int[] {3, 0x7fff, 0xffff}) {
      byte[] bytes = captured.only().clone();
      new UnsafeBuffer(bytes).putShort(8 + 2, (short) count);
      String said =
          assertThrows(
                  MalformedRecordException.class, () -> Captured.deliver(climbing, type, bytes))
              .getMessage();
      assertTrue(said.contains(count + " entries do not fit into the message"), said);
    }
    assertEquals(List.of(), climbed);
    captured.replay(climbing);
    assertEquals(List.of(new Step(1), new Step(2)), climbed);
  }

  @Test
  void anEntryThatIsWrongIsAnExceptionOfItsIterator() {
    book();
    byte[] bytes = captured.only();
    bytes[8 + 8 + 4 + 8 + 4] = 9; // The side of the only bid.
    String said =
        assertThrows(MalformedRecordException.class, () -> Captured.deliver(reader, 7, bytes))
            .getMessage();
    assertTrue(said.contains("component side: 9 stands"), said);
    assertEquals(List.of(), calls.seen);
  }

  @Test
  void malformedMessagesMayGoToAHandlerThatGoesOn() {
    List<String> handed = new ArrayList<>();
    MessageReader tolerant =
        Messages.reader(
            Market.class,
            calls,
            new Unhandled() {
              @Override
              public void onUnknown(int type, DirectBuffer buffer, int offset, int length) {
                handed.add("unknown");
              }

              @Override
              public void onMalformed(
                  MalformedRecordException why,
                  int type,
                  DirectBuffer buffer,
                  int offset,
                  int length) {
                handed.add(type + " " + length + " " + buffer.getByte(offset + 24));
              }
            });
    placed();
    byte[] bytes = captured.only();
    bytes[24] = 5;
    Captured.deliver(tolerant, 1, bytes);
    bytes[24] = 1;
    Captured.deliver(tolerant, 1, bytes);
    assertEquals(List.of("1 37 5"), handed);
    assertEquals(List.of("placed 1 MILL SELL 1 1"), calls.seen);
  }
}
