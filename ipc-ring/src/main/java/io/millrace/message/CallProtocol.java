package io.millrace.message;

/**
 * An interface whose methods are calls. Both halves are of one schema.
 *
 * @param requests a message for each method, of its parameters
 * @param results a message for each method, of its result
 */
record CallProtocol(Protocol requests, Protocol results) {
  /** In the template id of a result; the rest is that of its request. */
  static final int RESULT = 0x8000;

  /** Reads an interface. Throws what {@link Messages} says of what cannot be encoded. */
  static CallProtocol of(Class<?> type) {
    return new InterfaceAnalysis(type, true).calls();
  }

  MessageSchema schema() {
    return requests.schema();
  }
}
