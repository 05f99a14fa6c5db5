package io.millrace.message;

import java.util.List;

/**
 * A field and what Java has for it.
 *
 * @param field how it lies on the wire
 * @param place where it stands in the interface
 * @param javaType of the parameter or component
 * @param record of a composite or the entries of a group, else null
 * @param parts the components of that record
 * @param offset where it starts in its block, if it is fixed
 */
record Binding(
    Field field,
    Location place,
    Class<?> javaType,
    Class<?> record,
    List<Binding> parts,
    int offset) {

  Binding at(int newOffset) {
    return new Binding(field, place, javaType, record, parts, newOffset);
  }

  WireType type() {
    return field.type();
  }

  static List<Field> fields(List<Binding> bindings) {
    return bindings.stream().map(Binding::field).toList();
  }
}
