package io.millrace.message;

import io.millrace.message.runtime.KeptResult;
import io.millrace.message.runtime.WriterState;
import io.millrace.ring.RecordSender;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** Makes the class of a writer, or a caller: one method for each message. */
final class WriterGenerator {
  /** What all methods use. */
  static final String STATE = "state";

  private static final String RESULT = "result";

  private static final MethodTypeDesc NOTHING = Names.type(Names.VOID);
  private static final MethodTypeDesc TEXT = Names.type(Names.STRING);

  private WriterGenerator() {}

  /** Makes a writer. */
  static Object generate(Host host, Protocol protocol, RecordSender sender) {
    return generate(host, protocol, sender, null);
  }

  /** Makes a caller: each method returns the result that is there when its message was sent. */
  static Object generate(Host host, Protocol protocol, RecordSender sender, KeptResult result) {
    boolean areCalls = result != null;
    ClassDesc self = host.newName(areCalls ? "Caller" : "Writer");
    byte[] bytes =
        host.classFile().build(self, builder -> build(builder, self, protocol, areCalls));
    MethodHandle made =
        host.define(bytes, MethodType.methodType(void.class, WriterState.class, KeptResult.class));
    try {
      return made.invoke(new WriterState(protocol.type().getSimpleName(), sender), result);
    } catch (Throwable failure) {
      throw Host.unexpected(failure);
    }
  }

  private static void build(
      ClassBuilder builder, ClassDesc self, Protocol protocol, boolean areCalls) {
    builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
    builder.withInterfaceSymbols(Names.of(protocol.type()));
    builder.withField(STATE, Names.WRITER, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    builder.withField(RESULT, Names.KEPT, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    builder.withMethodBody(
        ConstantDescs.INIT_NAME,
        Names.type(Names.VOID, Names.WRITER, Names.KEPT),
        ClassFile.ACC_PUBLIC,
        code ->
            code.aload(0)
                .invokespecial(Names.OBJECT, ConstantDescs.INIT_NAME, NOTHING)
                .aload(0)
                .aload(1)
                .putfield(self, STATE, Names.WRITER)
                .aload(0)
                .aload(2)
                .putfield(self, RESULT, Names.KEPT)
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
          code -> {
            Runnable ending = areCalls ? () -> returnResult(code, self, method) : null;
            new WriterMethod(code, self, method, protocol.schema(), ending).generate();
          });
    }
  }

  private static void returnResult(CodeBuilder code, ClassDesc self, ProtocolMethod method) {
    Class<?> type = method.method().getReturnType();
    ResultCode.join(
        code,
        type,
        () ->
            code.aload(0)
                .getfield(self, RESULT, Names.KEPT)
                .getfield(Names.KEPT, "number", Names.LONG),
        () ->
            code.aload(0)
                .getfield(self, RESULT, Names.KEPT)
                .invokevirtual(Names.KEPT, "take", Names.type(Names.OBJECT)));
    code.return_(TypeKind.from(type));
  }
}
