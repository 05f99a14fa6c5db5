package io.millrace.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes on the command line, of files: {@code 500m}, {@code 20g}, {@code 1t}.
 *
 * @param bytes how many
 */
record LongSize(long bytes) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmgt]?)");

  static LongSize parse(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no size: write for example 500m, 20g or 1t");
    }
    String suffix = matcher.group(2).isEmpty() ? " " : matcher.group(2);
    return new LongSize(Long.parseLong(matcher.group(1)) << 10 * " kmgt".indexOf(suffix));
  }
}
