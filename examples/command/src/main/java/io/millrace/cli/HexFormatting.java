package io.millrace.cli;

import java.util.HexFormat;

/** Shows bytes as hexadecimal digits, and to humans as characters as well. */
final class HexFormatting implements PayloadFormat {
  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  @Override
  public String toText(byte[] bytes) {
    StringBuilder characters = new StringBuilder();
    for (byte one : bytes) {
      characters.append(one >= ' ' && one < 0x7f ? (char) one : '.');
    }
    return SPACED.formatHex(bytes) + "  |" + characters + "|";
  }

  @Override
  public Object toJson(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
