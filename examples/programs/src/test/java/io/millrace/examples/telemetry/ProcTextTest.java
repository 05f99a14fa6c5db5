package io.millrace.examples.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcTextTest {
  @Test
  void numbersAreReadWhateverStandsBetweenThem() {
    ProcText text = Fixtures.text("0.74 0.40 2/98 18446744\n");
    assertTrue(text.nextLine());
    long[] expected = {0, 74, 0, 40, 2, 98, 18446744};
    for (long number : expected) {
      assertEquals(number, text.nextLong());
    }
  }

  @Test
  void aMissingFieldIsZeroAndNeverTakenFromTheNextLine() {
    ProcText text = Fixtures.text("cpu  1 2\nctxt 77\n");
    text.nextLine();
    text.skipNumbers(2);
    assertEquals(0, text.nextLong());
    assertTrue(text.nextLine());
    assertEquals(77, text.nextLong());
  }

  @Test
  void everyLineIsVisitedOnceWithOrWithoutANewLineAtTheEnd() {
    assertEquals(3, lines(Fixtures.text("a\n\nb\n")));
    assertEquals(3, lines(Fixtures.text("a\n\nb")));
    assertEquals(0, lines(Fixtures.text("")));
  }

  @Test
  void behindTheLastLineThereIsNothing() {
    ProcText text = Fixtures.text("12");
    lines(text);
    assertFalse(text.nextLine());
    assertEquals(0, text.nextLong());
    assertEquals(0, text.nextWord(new byte[4]));
    assertFalse(text.startsWith(new byte[] {'1'}));
  }

  @Test
  void beforeTheFirstLineThereIsNothing() {
    assertEquals(0, Fixtures.text("12").nextLong());
  }

  @Test
  void aPrefixIsFoundOnlyInsideTheLine() {
    ProcText text = Fixtures.text("cpu\n0");
    text.nextLine();
    assertTrue(text.startsWith("cpu".getBytes(US_ASCII)));
    assertFalse(text.startsWith("cpu\n0".getBytes(US_ASCII)));
  }

  @Test
  void aWordIsCutToItsArrayAndSkippedWhole() {
    ProcText text = Fixtures.text("  nvme0n1 5\n");
    byte[] word = new byte[4];
    text.nextLine();
    assertEquals(4, text.nextWord(word));
    assertEquals("nvme", new String(word, US_ASCII));
    assertEquals(5, text.nextLong());
  }

  @Test
  void skippingPastAByteThatIsNotThereEndsTheLine() {
    ProcText text = Fixtures.text("face |bytes 5\neth0: 6\n");
    text.nextLine();
    assertFalse(text.skipPast((byte) ':'));
    assertEquals(0, text.nextLong());
    text.nextLine();
    assertTrue(text.skipPast((byte) ':'));
    assertEquals(6, text.nextLong());
  }

  @Test
  void anIntIsCutToItsRange() {
    ProcText text = Fixtures.text("4294967296");
    text.nextLine();
    assertEquals(Integer.MAX_VALUE, text.nextInt());
  }

  private static int lines(ProcText text) {
    int lines = 0;
    while (text.nextLine()) {
      lines++;
    }
    return lines;
  }
}
