package io.millrace.cli;

/** A way to show bytes. */
interface PayloadFormat {
  /**
   * Shows bytes to humans, in one line.
   *
   * @param bytes the bytes
   * @return the line
   */
  String toText(byte[] bytes);

  /**
   * Shows bytes to scripts.
   *
   * @param bytes the bytes
   * @return what is written as JSON
   */
  Object toJson(byte[] bytes);
}
