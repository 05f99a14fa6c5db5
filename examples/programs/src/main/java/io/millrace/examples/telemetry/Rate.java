package io.millrace.examples.telemetry;

import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How many messages a producer sends in a second.
 *
 * @param perSecond the messages, from 1 to {@link #GREATEST}; 0 for as many as it can
 */
record Rate(int perSecond) {
  static final Rate MAX = new Rate(0);
  static final int GREATEST = 10_000_000;

  private static final String WORD_FOR_MAX = "max";

  /**
   * What one processor carries easily: each message may wake a sleeping consumer, which takes some
   * 20 microseconds of the two processes together.
   */
  private static final int EASY_FOR_A_PROCESSOR = 3_000;

  /**
   * A rate at which nobody has to queue on this machine, so that the latency is that of the way.
   */
  static Rate fitting(int processors, int producers) {
    return new Rate(Math.max(1, EASY_FOR_A_PROCESSOR * processors / producers));
  }

  /**
   * Reads a rate as {@link #toString()} gives it.
   *
   * @throws NumberFormatException if it is neither a number nor {@code max}
   */
  static Rate of(String text) {
    return text.equals(WORD_FOR_MAX) ? MAX : new Rate(Integer.parseInt(text));
  }

  boolean isMax() {
    return perSecond == 0;
  }

  /** Nanoseconds from one message to the next; 0 at full speed. */
  long intervalNanos() {
    return isMax() ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  @Override
  public String toString() {
    return isMax() ? WORD_FOR_MAX : Integer.toString(perSecond);
  }

  /** What a user writes on the command line. */
  static final class Converter implements ITypeConverter<Rate> {
    @Override
    public Rate convert(String text) {
      try {
        Rate rate = Rate.of(text);
        if (text.equals(WORD_FOR_MAX) || rate.perSecond >= 1 && rate.perSecond <= GREATEST) {
          return rate;
        }
      } catch (NumberFormatException notANumber) {
        // The sentence below says it better.
      }
      throw new TypeConversionException(
          "'" + text + "' is no rate: give a number from 1 to " + GREATEST + ", or max");
    }
  }
}
