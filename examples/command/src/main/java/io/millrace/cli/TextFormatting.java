package io.millrace.cli;

import java.nio.charset.StandardCharsets;

/** Shows bytes as UTF-8. */
final class TextFormatting implements PayloadFormat {
  @Override
  public String toText(byte[] bytes) {
    return Text.printable(new String(bytes, StandardCharsets.UTF_8));
  }

  @Override
  public Object toJson(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
