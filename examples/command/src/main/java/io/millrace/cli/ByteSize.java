package io.millrace.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes on the command line: {@code 65536}, {@code 64k}, {@code 4m}.
 *
 * @param bytes how many
 */
record ByteSize(int bytes) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,10})([kmg]?)");

  static ByteSize parse(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      long bytes = Long.parseLong(matcher.group(1)) << 10 * " kmg".indexOf(suffix(matcher));
      if (bytes <= Integer.MAX_VALUE) {
        return new ByteSize((int) bytes);
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is no size below 2g: write for example 64k or 4m");
  }

  private static String suffix(Matcher matcher) {
    return matcher.group(2).isEmpty() ? " " : matcher.group(2);
  }
}
