package io.millrace.cli;

/** Makes text fit for a terminal, wherever it came from. */
final class Text {
  private Text() {}

  /** Shows control characters as escapes, so that nobody's data can steer the terminal. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(character -> append(shown, character));
    return shown.toString();
  }

  private static void append(StringBuilder shown, int character) {
    switch (character) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      default -> {
        int type = Character.getType(character);
        if (Character.isISOControl(character)
            || type == Character.FORMAT
            || type == Character.SURROGATE) {
          shown.append(String.format("\\u%04x", character));
        } else {
          shown.appendCodePoint(character);
        }
      }
    }
  }

  static String shortened(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
