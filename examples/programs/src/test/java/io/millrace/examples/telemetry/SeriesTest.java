package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final long SECOND = 1_000_000_000L;

  private final Series series = new Series();

  @Test
  void theRateIsOverTheTimeBetweenTheReadings() {
    series.observe(100, 5 * SECOND);
    series.observe(150, 6 * SECOND);
    series.observe(300, 7 * SECOND);
    assertEquals(200, series.rise());
    assertEquals(100.0, series.risePerSecond());
  }

  @Test
  void anIntervalStartsWhereTheLastOneEnded() {
    series.observe(100, 0);
    series.observe(200, SECOND);
    series.advance();
    series.observe(210, 2 * SECOND);
    assertEquals(10.0, series.risePerSecond());
    assertEquals(210, series.latest());
  }

  @Test
  void thereIsNoRateWithoutTwoReadings() {
    assertTrue(Double.isNaN(series.risePerSecond()));
    series.observe(100, SECOND);
    assertTrue(Double.isNaN(series.risePerSecond()));
    assertEquals(0, series.rise());
  }

  @Test
  void aReadingThatIsOlderThanTheLatestIsLeftOut() {
    series.observe(100, SECOND);
    series.observe(300, 3 * SECOND);
    series.observe(200, 2 * SECOND);
    assertEquals(300, series.latest());
    assertEquals(100.0, series.risePerSecond());
  }

  @Test
  void aFigureThatFellHasNotRisen() {
    series.observe(100, 0);
    series.observe(40, SECOND);
    assertEquals(0, series.rise());
    assertEquals(0.0, series.risePerSecond());
    assertEquals(40, series.latest());
  }

  @Test
  void theClockMayPassItsLargestValue() {
    series.observe(1, Long.MAX_VALUE);
    series.observe(3, Long.MAX_VALUE + SECOND);
    assertEquals(2.0, series.risePerSecond());
  }
}
