package io.millrace.message;

import java.util.Arrays;

/** The numbers of SBE that messages are made of. */
enum Primitive {
  INT8("int8", 1),
  INT16("int16", 2),
  INT32("int32", 4),
  INT64("int64", 8),
  UINT8("uint8", 1),
  UINT16("uint16", 2),
  FLOAT("float", 4),
  DOUBLE("double", 8);

  final String sbeName;
  final int size;

  Primitive(String sbeName, int size) {
    this.sbeName = sbeName;
    this.size = size;
  }

  /** The one for a primitive type of Java, or null. */
  static Primitive of(Class<?> type) {
    return switch (type.getName()) {
      case "byte" -> INT8;
      case "short" -> INT16;
      case "char" -> UINT16;
      case "int" -> INT32;
      case "long" -> INT64;
      case "float" -> FLOAT;
      case "double" -> DOUBLE;
      default -> null;
    };
  }

  /** The one of a name of SBE, or null. */
  static Primitive named(String sbeName) {
    return Arrays.stream(values())
        .filter(one -> one.sbeName.equals(sbeName))
        .findAny()
        .orElse(null);
  }
}
