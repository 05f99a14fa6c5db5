package io.millrace.message;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A part of a message, a group or a composite.
 *
 * @param name how people call it
 * @param since the version that added it
 * @param type how it lies on the wire
 */
record Field(String name, int since, WireType type) {
  /** Those of a kind, in their order. */
  static List<Field> fixed(List<Field> fields) {
    return fields.stream().filter(field -> field.type.isFixed()).toList();
  }

  static List<Field> groups(List<Field> fields) {
    return fields.stream().filter(field -> field.type instanceof WireType.Group).toList();
  }

  static List<Field> data(List<Field> fields) {
    return fields.stream().filter(field -> field.type instanceof WireType.Data).toList();
  }

  /** The length of the block of fixed fields. */
  static int blockLength(List<Field> fields) {
    return fields.stream().mapToInt(field -> field.type.size()).sum();
  }

  /** The length that the block had in a version. */
  static int blockLength(List<Field> fields, int version) {
    return fields.stream()
        .filter(field -> field.since <= version)
        .mapToInt(field -> field.type.size())
        .sum();
  }

  static String describe(String open, List<Field> fields, String close) {
    return fields.stream()
        .map(field -> field.type.describe() + (field.since > 0 ? " since " + field.since : ""))
        .collect(Collectors.joining(", ", open, close));
  }
}
