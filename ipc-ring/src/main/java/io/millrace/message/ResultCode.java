package io.millrace.message;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;

/**
 * How a result of any type goes between generated classes, which cannot name each other: as a
 * number, of primitive types, and a reference, of others.
 */
final class ResultCode {
  private static final ClassDesc FLOATS = Names.of(Float.class);
  private static final ClassDesc DOUBLES = Names.of(Double.class);

  private ResultCode() {}

  /** Puts both onto the stack in place of a value, or of nothing. */
  static void split(CodeBuilder code, Class<?> type) {
    if (type == void.class) {
      code.loadConstant(0L);
    } else if (!type.isPrimitive()) {
      int value = Names.store(code, TypeKind.REFERENCE);
      code.loadConstant(0L).aload(value);
      return;
    } else if (type == float.class) {
      code.invokestatic(FLOATS, "floatToRawIntBits", Names.type(Names.INT, Names.FLOAT)).i2l();
    } else if (type == double.class) {
      code.invokestatic(DOUBLES, "doubleToRawLongBits", Names.type(Names.LONG, Names.DOUBLE));
    } else if (type != long.class) {
      code.i2l();
    }
    code.aconst_null();
  }

  /** Puts a value onto the stack, or nothing. */
  static void join(CodeBuilder code, Class<?> type, Runnable number, Runnable reference) {
    if (type == void.class) {
      return;
    }
    if (!type.isPrimitive()) {
      reference.run();
      code.checkcast(Names.of(type));
      return;
    }
    number.run();
    if (type == double.class) {
      code.invokestatic(DOUBLES, "longBitsToDouble", Names.type(Names.DOUBLE, Names.LONG));
    } else if (type == float.class) {
      code.l2i().invokestatic(FLOATS, "intBitsToFloat", Names.type(Names.FLOAT, Names.INT));
    } else if (type != long.class) {
      code.l2i();
    }
  }

  /** The same for those who have no type to compile for. */
  static Object box(Class<?> type, long number, Object reference) {
    if (!type.isPrimitive() || type == void.class) {
      return reference;
    }
    return switch (TypeKind.from(type)) {
      case BOOLEAN -> number != 0;
      case BYTE -> (byte) number;
      case SHORT -> (short) number;
      case CHAR -> (char) number;
      case INT -> (int) number;
      case FLOAT -> Float.intBitsToFloat((int) number);
      case DOUBLE -> Double.longBitsToDouble(number);
      default -> number;
    };
  }
}
