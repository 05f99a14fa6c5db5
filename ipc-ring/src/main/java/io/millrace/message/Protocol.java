package io.millrace.message;

import java.util.List;

/**
 * An interface as a protocol.
 *
 * @param type the interface
 * @param schema what it is on the wire
 * @param methods its messages, by their template ids
 */
record Protocol(Class<?> type, MessageSchema schema, List<ProtocolMethod> methods) {
  /** Reads an interface. Throws what {@link Messages} says of what cannot be encoded. */
  static Protocol of(Class<?> type) {
    return new InterfaceAnalysis(type, false).protocol();
  }
}
