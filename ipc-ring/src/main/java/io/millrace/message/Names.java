package io.millrace.message;

import io.millrace.message.runtime.Entries;
import io.millrace.message.runtime.KeptResult;
import io.millrace.message.runtime.ReaderBase;
import io.millrace.message.runtime.ResultWriter;
import io.millrace.message.runtime.Stage;
import io.millrace.message.runtime.TextView;
import io.millrace.message.runtime.Texts;
import io.millrace.message.runtime.WriterState;
import io.millrace.ring.RecordSender;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Classes and methods as generated code names them. */
final class Names {
  static final ClassDesc INT = ConstantDescs.CD_int;
  static final ClassDesc LONG = ConstantDescs.CD_long;
  static final ClassDesc BYTE = ConstantDescs.CD_byte;
  static final ClassDesc SHORT = ConstantDescs.CD_short;
  static final ClassDesc FLOAT = ConstantDescs.CD_float;
  static final ClassDesc DOUBLE = ConstantDescs.CD_double;
  static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
  static final ClassDesc VOID = ConstantDescs.CD_void;
  static final ClassDesc OBJECT = ConstantDescs.CD_Object;
  static final ClassDesc STRING = ConstantDescs.CD_String;
  static final ClassDesc BYTES = BYTE.arrayType();
  static final ClassDesc TEXT = of(CharSequence.class);
  static final ClassDesc ENUM = of(Enum.class);
  static final ClassDesc THROWABLE = ConstantDescs.CD_Throwable;
  static final ClassDesc READ_BUFFER = of(DirectBuffer.class);
  static final ClassDesc WRITE_BUFFER = of(MutableDirectBuffer.class);
  static final ClassDesc VIEW = of(UnsafeBuffer.class);
  static final ClassDesc SENDER = of(RecordSender.class);
  static final ClassDesc STAGE = of(Stage.class);
  static final ClassDesc TEXTS = of(Texts.class);
  static final ClassDesc WRITER = of(WriterState.class);
  static final ClassDesc READER = of(ReaderBase.class);
  static final ClassDesc KEPT = of(KeptResult.class);
  static final ClassDesc RESULT_WRITER = of(ResultWriter.class);
  static final ClassDesc TEXT_VIEW = of(TextView.class);
  static final ClassDesc ENTRIES = of(Entries.class);

  private Names() {}

  static ClassDesc of(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }

  static MethodTypeDesc type(ClassDesc result, ClassDesc... parameters) {
    return MethodTypeDesc.of(result, parameters);
  }

  static MethodTypeDesc type(Method method) {
    return MethodTypeDesc.of(
        of(method.getReturnType()),
        Arrays.stream(method.getParameterTypes()).map(Names::of).toList());
  }

  /** How a value lies in a local variable. */
  static TypeKind kind(Class<?> type) {
    return TypeKind.from(type).asLoadable();
  }

  /** Stores what is on the stack into a new local variable. */
  static int store(CodeBuilder code, TypeKind kind) {
    int slot = code.allocateLocal(kind);
    code.storeLocal(kind, slot);
    return slot;
  }

  /** Puts the sum of a local variable and a constant onto the stack. */
  static void sum(CodeBuilder code, int slot, int constant) {
    code.iload(slot);
    if (constant != 0) {
      code.loadConstant(constant).iadd();
    }
  }
}
