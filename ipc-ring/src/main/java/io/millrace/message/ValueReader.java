package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Generates the reading of single values. Each method leaves its value on the stack. */
final class ValueReader {
  /** For values that are kept, and are no views. */
  static final int NO_VIEW = -1;

  private final CodeBuilder code;
  private final EnumTables enums;
  private final int buffer;

  ValueReader(CodeBuilder code, EnumTables enums, int buffer) {
    this.code = code;
    this.enums = enums;
    this.buffer = buffer;
  }

  /** A fixed value at a local variable plus an offset. */
  void fixed(Binding binding, int base, int offset, int view) {
    WireType type = binding.type();
    String what = binding.place().text();
    if (type instanceof Composite) {
      ClassDesc record = Names.of(binding.record());
      code.new_(record).dup();
      for (Binding part : binding.parts()) {
        fixed(part, base, offset + part.offset(), NO_VIEW);
      }
      construct(binding);
    } else if (type instanceof FixedText text) {
      String method = text.encoding() == Encoding.ASCII ? "fixedAscii" : "fixedUtf8";
      text(binding, method, view, () -> Names.sum(code, base, offset), text.length());
    } else if (type == Choice.BOOL) {
      get(base, offset, "getByte", Names.BYTE);
      code.loadConstant(what);
      code.invokestatic(Names.READER, "bool", Names.type(Names.BOOLEAN, Names.BYTE, Names.STRING));
    } else if (type instanceof Choice choice) {
      choice(binding, choice, base, offset, what);
    } else {
      number(LeafWriter.primitive(type), base, offset);
    }
  }

  /** Calls the constructor of a record whose components are on the stack. */
  void construct(Binding binding) {
    code.invokespecial(
        Names.of(binding.record()),
        "<init>",
        MethodTypeDesc.of(
            Names.VOID, binding.parts().stream().map(part -> Names.of(part.javaType())).toList()));
  }

  private void get(int base, int offset, String method, ClassDesc result) {
    code.aload(buffer);
    Names.sum(code, base, offset);
    code.invokeinterface(Names.READ_BUFFER, method, Names.type(result, Names.INT));
  }

  private void number(Primitive primitive, int base, int offset) {
    switch (primitive) {
      case INT8, UINT8 -> get(base, offset, "getByte", Names.BYTE);
      case INT16 -> get(base, offset, "getShort", Names.SHORT);
      case UINT16 -> get(base, offset, "getChar", Names.of(char.class));
      case INT32 -> get(base, offset, "getInt", Names.INT);
      case INT64 -> get(base, offset, "getLong", Names.LONG);
      case FLOAT -> get(base, offset, "getFloat", Names.FLOAT);
      case DOUBLE -> get(base, offset, "getDouble", Names.DOUBLE);
    }
  }

  private void choice(Binding binding, Choice choice, int base, int offset, String what) {
    enums.push(code, binding.javaType());
    number(choice.primitive(), base, offset);
    if (choice.primitive() == Primitive.UINT8) {
      code.loadConstant(0xff).iand();
    }
    ClassDesc table = Names.ENUM.arrayType();
    if (choice.optional()) {
      code.loadConstant(choice.nullValue()).loadConstant(what);
      code.invokestatic(
          Names.READER,
          "constant",
          Names.type(Names.ENUM, table, Names.INT, Names.INT, Names.STRING));
    } else {
      code.loadConstant(what);
      code.invokestatic(
          Names.READER, "constant", Names.type(Names.ENUM, table, Names.INT, Names.STRING));
    }
    code.checkcast(Names.of(binding.javaType()));
  }

  /** A text whose length is a constant. */
  private void text(Binding binding, String method, int view, Runnable at, int length) {
    boolean isView = view != NO_VIEW && binding.javaType() == CharSequence.class;
    code.aload(0);
    if (isView) {
      code.loadConstant(view);
    }
    code.aload(buffer);
    at.run();
    code.loadConstant(length);
    invokeText(binding, method, isView);
  }

  private void invokeText(Binding binding, String method, boolean isView) {
    code.loadConstant(binding.place().text());
    if (isView) {
      code.invokevirtual(
          Names.READER,
          method,
          Names.type(
              Names.TEXT_VIEW, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT, Names.STRING));
    } else {
      code.invokevirtual(
          Names.READER,
          method + "String",
          Names.type(Names.STRING, Names.READ_BUFFER, Names.INT, Names.INT, Names.STRING));
    }
  }

  /** Variable data of which start and length are in local variables. */
  void data(Binding binding, int start, int length, int view) {
    Encoding encoding = ((WireType.Data) binding.type()).encoding();
    if (encoding == Encoding.BYTES) {
      bytes(binding, start, length, view);
      return;
    }
    boolean isView = view != NO_VIEW && binding.javaType() == CharSequence.class;
    code.aload(0);
    if (isView) {
      code.loadConstant(view);
    }
    code.aload(buffer).iload(start).iload(length);
    invokeText(binding, encoding == Encoding.ASCII ? "ascii" : "utf8", isView);
  }

  private void bytes(Binding binding, int start, int length, int view) {
    if (binding.javaType() == byte[].class) {
      code.aload(buffer).iload(start).iload(length);
      code.invokestatic(
          Names.READER, "bytes", Names.type(Names.BYTES, Names.READ_BUFFER, Names.INT, Names.INT));
    } else {
      code.aload(0).loadConstant(view).aload(buffer).iload(start).iload(length);
      code.invokevirtual(
          Names.READER,
          "view",
          Names.type(Names.VIEW, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT));
    }
  }

  /** What stands for a fixed value that the version of the message does not have. */
  void missing(Binding binding, int view) {
    WireType type = binding.type();
    if (type instanceof Composite) {
      code.new_(Names.of(binding.record())).dup();
      binding.parts().forEach(part -> missing(part, NO_VIEW));
      construct(binding);
    } else if (type instanceof FixedText) {
      if (view != NO_VIEW && binding.javaType() == CharSequence.class) {
        code.aload(0).loadConstant(view);
        code.invokevirtual(Names.READER, "hideText", Names.type(Names.TEXT_VIEW, Names.INT));
      } else {
        code.loadConstant("");
      }
    } else if (type == Choice.BOOL) {
      code.loadConstant(0);
    } else if (type instanceof Choice) {
      code.aconst_null().checkcast(Names.of(binding.javaType()));
    } else {
      switch (LeafWriter.primitive(type)) {
        case INT8, UINT8 -> code.loadConstant((int) NullValue.BYTE);
        case INT16 -> code.loadConstant((int) NullValue.SHORT);
        case UINT16 -> code.loadConstant((int) NullValue.CHAR);
        case INT32 -> code.loadConstant(NullValue.INT);
        case INT64 -> code.loadConstant(NullValue.LONG);
        case FLOAT -> code.loadConstant(NullValue.FLOAT);
        case DOUBLE -> code.loadConstant(NullValue.DOUBLE);
      }
    }
  }

  /** Runs one of two, depending on whether the version in a local variable has it. */
  void ifSince(int since, int oldest, int version, Runnable there, Runnable missing) {
    if (since <= oldest) {
      there.run();
      return;
    }
    Label older = code.newLabel();
    Label done = code.newLabel();
    code.iload(version).loadConstant(since).if_icmplt(older);
    there.run();
    code.goto_(done);
    code.labelBinding(older);
    missing.run();
    code.labelBinding(done);
  }
}
