package io.millrace.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A hammer in a process of its own, which a mistake would kill. {@code -Dmillrace.hammer.rounds=N}
 * sets how long it goes on; a failure names its seed, {@code -Dmillrace.seed=N} repeats its calls.
 */
public final class HammerRun {
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final String ROUNDS = System.getProperty("millrace.hammer.rounds", "30");

  private HammerRun() {}

  /**
   * Runs it to its end.
   *
   * @param main its main class, which is given the seed, the number of rounds and the arguments,
   *     and prints "done" at the end
   * @param flags further flags of the JVM
   * @param arguments for it
   */
  public static void assertDone(Class<?> main, List<String> flags, Object... arguments) {
    long seed = Long.getLong("millrace.seed", ThreadLocalRandom.current().nextLong());
    String[] all =
        Stream.concat(Stream.of("" + seed, ROUNDS), Arrays.stream(arguments).map(Object::toString))
            .toArray(String[]::new);
    try (ChildProcess child = ChildProcess.startUnder(List.of(), flags, main, all)) {
      child.expectLine("done", LONG);
    } catch (AssertionError failure) {
      throw new AssertionError("seed " + seed + ", " + flags, failure);
    }
  }
}
