package io.millrace.discovery.alive;

import io.millrace.discovery.Alive;
import io.millrace.discovery.model.LastRun;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the file of an {@link Alive}, one line: how the run of the holder goes ({@code R})
 * or went ({@code R} again if it crashed, {@code C} if it ended well). The number of the run stands
 * behind it, so that one run is never taken for another.
 */
final class AliveLine {
  /** More than any has: what is longer is none. */
  static final int MAX_LENGTH = 32;

  /** Written over the first byte by a holder that ends well. */
  static final byte[] CLEAN_MARK = {'C'};

  private static final char RUNNING = 'R';
  private static final Pattern LINE = Pattern.compile("[RC] ([0-9]{1,18})\n");

  private AliveLine() {}

  /** Tells whether that is all that stands in a file. */
  static boolean isOne(byte[] content) {
    return matcher(content).matches();
  }

  /** The line of the run that begins after what a file says. */
  static byte[] afterwards(byte[] content) {
    Matcher line = matcher(content);
    long number = line.matches() ? Long.parseLong(line.group(1)) : 0;
    return (RUNNING + " " + (number + 1) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** How the run ended of which a file says that, once nobody holds it. */
  static LastRun lastRun(byte[] content) {
    if (content.length == 0) {
      return LastRun.NONE;
    }
    return content[0] == CLEAN_MARK[0] ? LastRun.CLEAN : LastRun.CRASHED;
  }

  private static Matcher matcher(byte[] content) {
    return LINE.matcher(new String(content, StandardCharsets.US_ASCII));
  }
}
