package io.millrace.message.runtime;

/** Where the result of a call is between its reply and the return of the generated method. */
public final class KeptResult {
  /** What it is if its type is primitive: its value, or its bits. */
  public long number;

  private Object reference;

  /**
   * Keeps a result until it is taken, or another one comes.
   *
   * @param newNumber of a primitive type
   * @param newReference of another type, else null
   */
  public void set(long newNumber, Object newReference) {
    number = newNumber;
    reference = newReference;
  }

  /**
   * Takes a result that is no primitive.
   *
   * @return the result
   */
  public Object take() {
    Object taken = reference;
    reference = null;
    return taken;
  }
}
