package io.millrace.ring;

import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Random stories of producers, groups of all kinds and observers, told to a ring and to {@link
 * StreamModel} at once: they must agree after every step.
 *
 * <p>A failure names its seed; {@code -Dmillrace.seed=N} tells that story alone.
 */
class StreamModelTest {
  private static final int STORIES = 100;
  private static final int STEPS = 400;

  @TestFactory
  Stream<DynamicTest> everyRingDoesWhatTheModelDoes() {
    Long only = Long.getLong("millrace.seed");
    long first = new Random().nextInt();
    return (only == null ? LongStream.range(first, first + STORIES) : LongStream.of(only))
        .mapToObj(StreamModelTest::story);
  }

  private static DynamicTest story(long seed) {
    return DynamicTest.dynamicTest(
        "seed " + seed,
        () -> {
          int step = 0;
          try (StreamStory story = new StreamStory(new Random(seed))) {
            for (; step < STEPS; step++) {
              story.step();
            }
          } catch (RuntimeException | Error failure) {
            throw new AssertionError("-Dmillrace.seed=" + seed + ", step " + step, failure);
          }
        });
  }
}
