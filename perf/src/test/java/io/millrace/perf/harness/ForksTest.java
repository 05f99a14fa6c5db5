package io.millrace.perf.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ForksTest {
  @Test
  void theMedianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
    assertEquals(3, new Forks(new double[] {9, 1, 3}).median());
    assertEquals(4, new Forks(new double[] {9, 1, 3, 5}).median());
  }

  @Test
  void theSpreadIsTheDistanceOfTheExtremesInMedians() {
    assertEquals(0.5, new Forks(new double[] {10, 12, 7}).spread());
  }

  @Test
  void ratiosAreTakenForkByFork() {
    Forks ratios = new Forks(new double[] {10, 40}).dividedBy(new Forks(new double[] {5, 10}));
    assertArrayEquals(new double[] {2, 4}, ratios.values());
  }
}
