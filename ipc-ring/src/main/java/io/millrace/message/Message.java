package io.millrace.message;

import java.util.List;
import java.util.stream.Stream;

/**
 * One kind of message.
 *
 * @param name the name of the method
 * @param templateId its number in the schema
 * @param since the version that added it
 * @param fields in the order of the parameters
 */
record Message(String name, int templateId, int since, List<Field> fields) {
  int blockLength() {
    return Field.blockLength(fields);
  }

  /** In the order of the wire. */
  List<Field> wireOrder() {
    return Stream.of(Field.fixed(fields), Field.groups(fields), Field.data(fields))
        .flatMap(List::stream)
        .toList();
  }

  String describe() {
    return templateId
        + Field.describe(" (", wireOrder(), ")")
        + (since > 0 ? " since " + since : "");
  }
}
