package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KeyedNumbersTest {
  private final KeyedNumbers numbers = new KeyedNumbers("Cached:", "Active:", "Absent:");

  @Test
  void eachKeyGetsItsNumberWhereverItStands() {
    read("Active(file): 1 kB\nActive: 2 kB\nSwapCached: 3 kB\nCached:4\n");
    assertEquals(4, numbers.get(0));
    assertEquals(2, numbers.get(1));
    assertEquals(0, numbers.get(2));
  }

  @Test
  void aKeyThatIsGoneIsZeroAgain() {
    read("Cached: 4\n");
    read("Active: 2\n");
    assertEquals(0, numbers.get(0));
  }

  @Test
  void anIntIsCutToItsRange() {
    read("Cached: 4294967296\nActive: 7\n");
    assertEquals(Integer.MAX_VALUE, numbers.getInt(0));
    assertEquals(7, numbers.getInt(1));
  }

  private void read(String file) {
    ProcText text = Fixtures.text(file);
    numbers.clear();
    while (text.nextLine()) {
      numbers.onLine(text);
    }
  }
}
