package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes fixed fields. First all values are fetched into local variables, which may run code of the
 * application; then they are stored.
 */
final class LeafWriter {
  private final CodeBuilder code;

  /** Puts the stage onto the stack, and the position of a text of fixed length behind it. */
  interface TextPlace {
    void push(int offset, int length);
  }

  private final TextPlace textPlace;
  private final List<Leaf> leaves = new ArrayList<>();

  /** A value in a local variable. */
  private record Leaf(int offset, WireType type, TypeKind kind, int slot) {}

  LeafWriter(CodeBuilder code, TextPlace textPlace) {
    this.code = code;
    this.textPlace = textPlace;
  }

  /** Tells whether a text is put together by the stage, and not in a local variable. */
  static boolean isStaged(WireType type) {
    return type instanceof FixedText text
        && (text.encoding() != Encoding.ASCII || text.length() > Long.BYTES);
  }

  /** Takes what a local variable holds, a parameter. */
  void fetch(Binding binding, int slot) {
    WireType type = binding.type();
    if (type instanceof WireType.Number || type instanceof WireType.Decimal || isBool(type)) {
      leaves.add(new Leaf(binding.offset(), type, Names.kind(binding.javaType()), slot));
    } else {
      fetch(binding, binding.offset(), () -> code.aload(slot));
    }
  }

  /** Takes what is put onto the stack. */
  void fetch(Binding binding, int offset, Runnable push) {
    WireType type = binding.type();
    String what = binding.place().text();
    if (type instanceof WireType.Composite) {
      push.run();
      int record = Names.store(code, TypeKind.REFERENCE);
      code.aload(record).loadConstant(what);
      code.invokestatic(
          Names.TEXTS, "requirePresent", Names.type(Names.VOID, Names.OBJECT, Names.STRING));
      for (Binding part : binding.parts()) {
        fetch(part, offset + part.offset(), () -> component(code, record, binding.record(), part));
      }
    } else if (type instanceof FixedText text && isStaged(type)) {
      textPlace.push(offset, text.length());
      push.run();
      code.loadConstant(text.length()).loadConstant(what);
      code.invokevirtual(
          Names.STAGE,
          text.encoding() == Encoding.ASCII ? "fixedAscii" : "fixedUtf8",
          Names.type(Names.VOID, Names.INT, Names.TEXT, Names.INT, Names.STRING));
    } else {
      push.run();
      TypeKind kind = convert(binding, what);
      leaves.add(new Leaf(offset, type, kind, Names.store(code, kind)));
    }
  }

  static void component(CodeBuilder code, int record, Class<?> type, Binding part) {
    code.aload(record);
    code.invokevirtual(Names.of(type), part.field().name(), Names.type(Names.of(part.javaType())));
  }

  /** Turns the value on the stack into one that can be stored. */
  private TypeKind convert(Binding binding, String what) {
    WireType type = binding.type();
    if (type instanceof FixedText text) {
      code.loadConstant(text.length()).loadConstant(what);
      code.invokestatic(
          Names.TEXTS, "pack", Names.type(Names.LONG, Names.TEXT, Names.INT, Names.STRING));
      return TypeKind.LONG;
    }
    if (type instanceof Choice choice && !isBool(type)) {
      if (choice.optional()) {
        code.loadConstant(choice.nullValue());
        code.invokestatic(Names.WRITER, "ordinal", Names.type(Names.INT, Names.ENUM, Names.INT));
      } else {
        code.loadConstant(what);
        code.invokestatic(Names.WRITER, "ordinal", Names.type(Names.INT, Names.ENUM, Names.STRING));
      }
      return TypeKind.INT;
    }
    return Names.kind(binding.javaType());
  }

  private static boolean isBool(WireType type) {
    return type == Choice.BOOL;
  }

  /** Stores all values. */
  void store(Target target) {
    for (Leaf leaf : leaves) {
      if (leaf.type() instanceof FixedText text) {
        storeText(target, leaf, text.length());
        continue;
      }
      target.push(leaf.offset());
      code.loadLocal(leaf.kind(), leaf.slot());
      put(leaf.type());
    }
  }

  private void put(WireType type) {
    switch (primitive(type)) {
      case INT8, UINT8 -> Target.put(code, "putByte", Names.BYTE);
      case INT16, UINT16 -> Target.put(code, "putShort", Names.SHORT);
      case INT32 -> Target.put(code, "putInt", Names.INT);
      case INT64 -> Target.put(code, "putLong", Names.LONG);
      case FLOAT -> Target.put(code, "putFloat", Names.FLOAT);
      case DOUBLE -> Target.put(code, "putDouble", Names.DOUBLE);
    }
  }

  static Primitive primitive(WireType type) {
    if (type instanceof WireType.Number number) {
      return number.primitive();
    }
    return type instanceof WireType.Decimal decimal
        ? decimal.mantissa()
        : ((Choice) type).primitive();
  }

  /** In the largest pieces that there are. */
  private void storeText(Target target, Leaf leaf, int length) {
    int done = 0;
    while (done < length) {
      int piece = Integer.highestOneBit(length - done);
      target.push(leaf.offset() + done);
      code.lload(leaf.slot());
      if (done > 0) {
        code.loadConstant(done * Byte.SIZE).lushr();
      }
      switch (piece) {
        case Long.BYTES -> Target.put(code, "putLong", Names.LONG);
        case Integer.BYTES -> {
          code.l2i();
          Target.put(code, "putInt", Names.INT);
        }
        case Short.BYTES -> {
          code.l2i();
          Target.put(code, "putShort", Names.SHORT);
        }
        default -> {
          code.l2i();
          Target.put(code, "putByte", Names.BYTE);
        }
      }
      done += piece;
    }
  }
}
