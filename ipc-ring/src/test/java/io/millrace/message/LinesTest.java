package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.message.Market.Leg;
import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static final String LINES =
      """
      placed(1, "MILL", BUY, 100.5000, 10)
      placed(-1, "", SELL, -0.0001, -2147483648)
      cancelled(7)
      numbers(-1, -2, 'x', -3, -4, 1.5, -2.5, true, null, null)
      numbers(1, 2, '\\u0000', 3, 4, 3.4028235E38, NaN, false, 5, 6000)
      texts("grün \ud83d\ude00 \\"\\\\\\n\\u0009", "a\\u0000b", "abc", "zwölf", "x", "")
      bytes(0x0102ff, 3, 0x)
      leg({1, BUY, -2.50, null, {"XLON", -3}, "grün", true}, null)
      book("M", 3, [{0.0005, 6, null, {"A", 1}, "erste", 0x01}, {0.0001, 2, BUY, {"", 0}, "", 0x}], [], 0x09)
      ended()
      """;

  private final StringBuilder printed = new StringBuilder();
  private final Market printer = Messages.printer(Market.class, printed);

  @Test
  void callsAreLines() {
    printer.placed(1, "MILL", Side.BUY, 1005000, 10);
    printer.leg(
        new Leg(1, Side.SELL, -250, NullValue.LONG, new Venue("X", (short) 2), "l", false), null);
    Level level = new Level(5, 6, null, new Venue("A", (short) 1), "n", new byte[] {1, -1});
    printer.book("M", 3, List.of(), new Level[] {level}, new UnsafeBuffer(new byte[0]));
    assertEquals(
        """
        placed(1, "MILL", BUY, 100.5000, 10)
        leg({1, SELL, -2.50, null, {"X", 2}, "l", false}, null)
        book("M", 3, [], [{0.0005, 6, null, {"A", 1}, "n", 0x01ff}], 0x)
        """,
        printed.toString());
  }

  @Test
  void linesAreCallsAndTheSameLinesAgain() throws IOException {
    MessagePlayer player = Messages.player(Market.class, printer);
    assertEquals(10, player.playAll(new StringReader("# a day\n\n" + LINES)));
    assertEquals(LINES, printed.toString());
  }

  @Test
  void aStreamIsPrintedBehindAReader() throws IOException {
    Captured captured = new Captured();
    Messages.player(Market.class, Messages.writer(Market.class, captured))
        .playAll(new StringReader(LINES));
    captured.replay(Messages.reader(Market.class, printer));
    assertEquals(LINES, printed.toString());
  }

  @Test
  void blanksDoNotMatter() {
    MessagePlayer player = Messages.player(Market.class, printer);
    player.play("  placed ( 1,\"MILL\" , BUY,100.5,10 )  ");
    assertEquals("placed(1, \"MILL\", BUY, 100.5000, 10)\n", printed.toString());
  }

  @Test
  void whatIsNoLineIsRefusedWithItsPlace() {
    MessagePlayer player = Messages.player(Market.class, printer);
    for (String[] bad :
        new String[][] {
          {"", "no message"},
          {"place(1)", "there is no message place"},
          {"cancelled", "there is no ("},
          {"cancelled(1", "there is no )"},
          {"cancelled()", "id cannot be empty"},
          {"cancelled(1, 2)", "there is no )"},
          {"cancelled(1) x", "column 14"},
          {"cancelled(null)", "id cannot be null"},
          {"cancelled(9223372036854775808)", "id cannot be"},
          {"placed(1, MILL, BUY, 1, 1)", "there is no \""},
          {"placed(1, \"MILL, BUY, 1, 1)", "at the end of a text"},
          {"placed(1, \"123456789\", BUY, 1, 1)", "symbol does not fit into 8 bytes"},
          {"placed(1, \"ü\", BUY, 1, 1)", "symbol is no text of US-ASCII"},
          {"placed(1, \"a\\x\", BUY, 1, 1)", "there is no \\x"},
          {"placed(1, \"a\\u00x0\", BUY, 1, 1)", "four hexadecimal digits"},
          {"placed(1, \"a\", HOLD, 1, 1)", "side cannot be HOLD"},
          {"placed(1, \"a\", BUY, 1.00001, 1)", "price cannot be 1.00001"},
          {"placed(1, \"a\", BUY, 1e30, 1)", "price cannot be 1e30"},
          {"placed(1, \"a\", BUY, 1, 2147483648)", "quantity cannot be 2147483648"},
          {"numbers(1, 2, 'xy', 3, 4, 1, 2, true, 5, 6000)", "u16 is not one character"},
          {"numbers(1, 2, 'x', 3, 4, 1, 2, yes, 5, 6000)", "flag cannot be yes"},
          {"bytes(01, 3, 0x)", "array cannot be 01"},
          {"bytes(0x1, 3, 0x)", "array cannot be 0x1"},
          {"leg({1}, BUY)", "there is no ,"},
          {"book(\"M\", 3, [{], [], 0x)", "price cannot be empty"}
        }) {
      String said =
          assertThrows(IllegalArgumentException.class, () -> player.play(bad[0]), bad[0])
              .getMessage();
      assertTrue(said.contains(bad[1]), said);
      assertTrue(said.startsWith("column "), said);
    }
    assertEquals("", printed.toString());
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsAnException() {
    Market broken =
        Messages.printer(
            Market.class,
            new java.io.Writer() {
              @Override
              public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("full");
              }

              @Override
              public void flush() {}

              @Override
              public void close() {}
            });
    assertThrows(UncheckedIOException.class, () -> broken.cancelled(1));
  }
}
