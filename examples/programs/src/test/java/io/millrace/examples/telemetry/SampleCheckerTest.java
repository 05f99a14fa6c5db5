package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleCheckerTest {
  private final SampleChecker checker = new SampleChecker();

  @Test
  void numbersInOrderAreFlawless() {
    arrive(0, 0, 1, 2, 3);
    checker.onSent(0, 4);
    assertFigures(4, 0, 0, 0);
    assertTrue(checker.isFlawless());
  }

  @Test
  void aMissingNumberIsLost() {
    arrive(0, 0, 1, 4);
    assertFigures(3, 2, 0, 0);
    assertFalse(checker.isFlawless());
  }

  @Test
  void missingFirstNumbersAreLost() {
    arrive(0, 3);
    assertFigures(1, 3, 0, 0);
  }

  @Test
  void missingLastNumbersAreLostOnceTheProducerTellsWhatItSent() {
    arrive(0, 0, 1);
    assertTrue(checker.isFlawless());
    checker.onSent(0, 5);
    assertFigures(2, 3, 0, 0);
    assertFalse(checker.isFlawless());
  }

  @Test
  void aProducerOfWhichNothingArrivedHasLostAll() {
    checker.onSent(4, 10);
    assertFigures(0, 10, 0, 0);
    assertEquals(1, checker.producers());
  }

  @Test
  void aNumberThatComesTwiceIsDoubled() {
    arrive(0, 0, 1, 1, 2, 0);
    assertFigures(5, 0, 2, 0);
    assertFalse(checker.isFlawless());
  }

  @Test
  void aNumberThatComesLateIsOutOfOrderAndNotLost() {
    arrive(0, 0, 2, 1, 3);
    assertFigures(4, 0, 0, 1);
    assertFalse(checker.isFlawless());
  }

  @Test
  void aLateNumberThatComesTwiceIsOutOfOrderOnceAndDoubledOnce() {
    arrive(0, 0, 2, 1, 1);
    assertFigures(4, 0, 1, 1);
  }

  @Test
  void whatIsOnItsWayWhenTheProducerTellsWhatItSentIsNeitherLostNorOutOfOrder() {
    arrive(0, 0);
    checker.onSent(0, 3);
    assertFigures(1, 2, 0, 0);
    arrive(0, 1, 2);
    assertFigures(3, 0, 0, 0);
    assertTrue(checker.isFlawless());
  }

  @Test
  void aGapMayBeFilledFromEitherEndAndFromTheMiddle() {
    arrive(0, 9);
    arrive(0, 0, 8, 4, 5, 3);
    assertFigures(6, 4, 0, 5);
    arrive(0, 1, 2, 6, 7);
    assertFigures(10, 0, 0, 9);
    arrive(0, 4);
    assertFigures(11, 0, 1, 9);
  }

  @Test
  void anyOrderOfAllNumbersLosesNone() {
    List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < 500; i++) {
      numbers.add(i);
    }
    Collections.shuffle(numbers, new Random(1801));
    numbers.forEach(number -> checker.onSample(0, number));
    checker.onSent(0, 500);
    assertEquals(500, checker.received());
    assertEquals(0, checker.lost());
    assertEquals(0, checker.doubled());
  }

  @Test
  void aNumberThatWasNeverSentIsSurplus() {
    arrive(0, 0, 1, 2);
    assertEquals(0, checker.surplus());
    checker.onSent(0, 1);
    assertEquals(2, checker.surplus());
    assertFalse(checker.isFlawless());
  }

  @Test
  void producersAreCheckedApartAndAddedUp() {
    arrive(1, 0, 1, 2);
    arrive(2, 0, 2);
    arrive(Integer.MAX_VALUE, 0, 0);
    assertFigures(7, 1, 1, 0);
    assertEquals(3, checker.producers());
    assertTrue(checker.producer(1).isFlawless());
    assertEquals(1, checker.producer(2).lost());
    assertEquals(1, checker.producer(Integer.MAX_VALUE).doubled());
    assertNull(checker.producer(3));
  }

  @Test
  void aHugeGapCostsNoMemory() {
    arrive(0, SequenceCheck.LAST);
    assertEquals(SequenceCheck.LAST, checker.lost());
  }

  @Test
  void nothingIsFlawless() {
    assertTrue(checker.isFlawless());
    assertFigures(0, 0, 0, 0);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> checker.onSample(0, -1));
    assertThrows(IllegalArgumentException.class, () -> checker.onSample(0, Long.MAX_VALUE));
    assertThrows(IllegalArgumentException.class, () -> checker.onSent(0, -1));
  }

  private void arrive(int producer, long... sequences) {
    for (long sequence : sequences) {
      checker.onSample(producer, sequence);
    }
  }

  private void assertFigures(long received, long lost, long doubled, long outOfOrder) {
    assertEquals(received, checker.received(), "received");
    assertEquals(lost, checker.lost(), "lost");
    assertEquals(doubled, checker.doubled(), "doubled");
    assertEquals(outOfOrder, checker.outOfOrder(), "out of order");
  }
}
