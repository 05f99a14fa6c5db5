package io.millrace.os;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Paths as they are written for the kernel, which is in UTF-8. */
final class PathText {
  private static final String ENCODING = System.getProperty("sun.jnu.encoding", "");
  private static final char UNKNOWN = '\ufffd';
  private static final int ASCII = 0x80;

  private PathText() {}

  /**
   * The text of a path.
   *
   * @throws IllegalArgumentException if this JVM and the kernel would understand different names by
   *     it, because the JVM was started in a locale that does not use UTF-8
   */
  static String of(Path path) {
    String text = path.toString();
    boolean utf8 = ENCODING.equalsIgnoreCase(StandardCharsets.UTF_8.name());
    if (text.indexOf(UNKNOWN) >= 0 || !utf8 && text.chars().anyMatch(one -> one >= ASCII)) {
      throw new IllegalArgumentException(unspeakable(text));
    }
    return text;
  }

  static String unspeakable(String text) {
    return "path "
        + text
        + " has characters that cannot be told to the kernel, because this JVM writes file names in"
        + " "
        + ENCODING
        + ": start it with LC_ALL=C.UTF-8 or another UTF-8 locale, or give a path in ASCII";
  }
}
