package io.millrace.message;

import java.lang.reflect.Method;
import java.util.List;

/**
 * A method and the message that it is.
 *
 * @param method of the interface
 * @param message on the wire
 * @param parameters in their order
 */
record ProtocolMethod(Method method, Message message, List<Binding> parameters) {
  List<Binding> fixed() {
    return parameters.stream().filter(one -> one.type().isFixed()).toList();
  }

  List<Binding> groups() {
    return parameters.stream().filter(one -> one.type() instanceof WireType.Group).toList();
  }

  List<Binding> data() {
    return parameters.stream().filter(one -> one.type() instanceof WireType.Data).toList();
  }

  boolean isFixed() {
    return parameters.stream().allMatch(one -> one.type().isFixed());
  }
}
