package io.millrace.message.runtime;

/** The superclass of generated writers of results. */
public abstract class ResultWriter {
  /**
   * Writes a result as a message.
   *
   * @param template of the message
   * @param number what it is if its type is primitive
   * @param reference what it is otherwise
   */
  public abstract void write(int template, long number, Object reference);
}
