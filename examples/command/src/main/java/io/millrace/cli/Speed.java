package io.millrace.cli;

import io.millrace.recording.PlayerOptions;
import picocli.CommandLine.TypeConversionException;

/**
 * How fast a replay is.
 *
 * @param times how many times faster than it was recorded
 */
record Speed(double times) {
  static Speed parse(String text) {
    if (text.equalsIgnoreCase("max")) {
      return new Speed(PlayerOptions.AS_FAST_AS_POSSIBLE);
    }
    try {
      double times = Double.parseDouble(text);
      if (times > 0 && Double.isFinite(times)) {
        return new Speed(times);
      }
    } catch (NumberFormatException noNumber) {
      throw refusal(text);
    }
    throw refusal(text);
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException(
        "'" + text + "' is no speed: write a number above 0, as 1 or 0.5, or max");
  }
}
