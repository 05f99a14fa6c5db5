package io.millrace.message;

import io.millrace.message.runtime.WriterState;
import io.millrace.ring.RecordSender;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** Makes the class of a writer: one method for each message. */
final class WriterGenerator {
  /** The only field. */
  static final String STATE = "state";

  private static final MethodTypeDesc NOTHING = Names.type(Names.VOID);
  private static final MethodTypeDesc TEXT = Names.type(Names.STRING);

  private WriterGenerator() {}

  static Object generate(Host host, Protocol protocol, RecordSender sender) {
    ClassDesc self = host.newName("Writer");
    byte[] bytes = host.classFile().build(self, builder -> build(builder, self, protocol));
    MethodHandle made = host.define(bytes, MethodType.methodType(void.class, WriterState.class));
    try {
      return made.invoke(new WriterState(protocol.type().getSimpleName(), sender));
    } catch (Throwable failure) {
      throw Host.unexpected(failure);
    }
  }

  private static void build(ClassBuilder builder, ClassDesc self, Protocol protocol) {
    builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
    builder.withInterfaceSymbols(Names.of(protocol.type()));
    builder.withField(STATE, Names.WRITER, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    builder.withMethodBody(
        ConstantDescs.INIT_NAME,
        Names.type(Names.VOID, Names.WRITER),
        ClassFile.ACC_PUBLIC,
        code ->
            code.aload(0)
                .invokespecial(Names.OBJECT, ConstantDescs.INIT_NAME, NOTHING)
                .aload(0)
                .aload(1)
                .putfield(self, STATE, Names.WRITER)
                .return_());
    builder.withMethodBody(
        "toString",
        TEXT,
        ClassFile.ACC_PUBLIC,
        code ->
            code.aload(0)
                .getfield(self, STATE, Names.WRITER)
                .invokevirtual(Names.WRITER, "toString", TEXT)
                .areturn());
    for (ProtocolMethod method : protocol.methods()) {
      builder.withMethodBody(
          method.method().getName(),
          Names.type(method.method()),
          ClassFile.ACC_PUBLIC,
          code -> new WriterMethod(code, self, method, protocol.schema()).generate());
    }
  }
}
