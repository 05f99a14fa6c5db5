package io.millrace.cli;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import picocli.CommandLine.Option;

/** Bytes that somebody types: as text, or as hexadecimal digits. */
final class TypedBytes {
  @Option(names = "--hex", description = "Lines are hexadecimal digits; blanks may part them.")
  private boolean hex;

  boolean isHex() {
    return hex;
  }

  /**
   * The bytes that were meant.
   *
   * @param text what was typed
   * @param what what it is called in messages
   */
  byte[] of(String text, String what) {
    if (!hex) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    } catch (IllegalArgumentException failure) {
      throw new IllegalArgumentException(
          what + " is not made of pairs of hexadecimal digits", failure);
    }
  }
}
