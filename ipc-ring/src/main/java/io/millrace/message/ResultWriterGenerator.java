package io.millrace.message;

import io.millrace.message.runtime.ResultWriter;
import io.millrace.message.runtime.WriterState;
import io.millrace.ring.RecordSender;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/** Makes the class that writes results: a switch over them, and a method for each. */
final class ResultWriterGenerator {
  private static final MethodTypeDesc WRITE =
      Names.type(Names.VOID, Names.INT, Names.LONG, Names.OBJECT);
  private static final int TEMPLATE = 1;
  private static final int NUMBER = 2;
  private static final int REFERENCE = 4;

  private final Protocol results;
  private final ClassDesc self;

  private ResultWriterGenerator(Host host, Protocol results) {
    this.results = results;
    self = host.newName("Results");
  }

  static ResultWriter generate(Host host, Protocol results, RecordSender sender) {
    ResultWriterGenerator generator = new ResultWriterGenerator(host, results);
    byte[] bytes = host.classFile().build(generator.self, generator::build);
    MethodHandle made = host.define(bytes, MethodType.methodType(void.class, WriterState.class));
    try {
      return (ResultWriter) made.invoke(new WriterState(results.type().getSimpleName(), sender));
    } catch (Throwable failure) {
      throw Host.unexpected(failure);
    }
  }

  private void build(ClassBuilder builder) {
    builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
    builder.withSuperclass(Names.RESULT_WRITER);
    builder.withField(
        WriterGenerator.STATE, Names.WRITER, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    builder.withMethodBody(
        ConstantDescs.INIT_NAME,
        Names.type(Names.VOID, Names.WRITER),
        ClassFile.ACC_PUBLIC,
        code ->
            code.aload(0)
                .invokespecial(Names.RESULT_WRITER, ConstantDescs.INIT_NAME, Names.type(Names.VOID))
                .aload(0)
                .aload(1)
                .putfield(self, WriterGenerator.STATE, Names.WRITER)
                .return_());
    builder.withMethodBody("write", WRITE, ClassFile.ACC_PUBLIC, this::write);
    for (int i = 0; i < results.methods().size(); i++) {
      ProtocolMethod method = results.methods().get(i);
      builder.withMethodBody(
          "result" + i,
          type(method),
          ClassFile.ACC_PRIVATE,
          code -> new WriterMethod(code, self, method, results.schema(), code::return_).generate());
    }
  }

  /** What the method takes that writes one. */
  private static MethodTypeDesc type(ProtocolMethod method) {
    Class<?> result = method.method().getReturnType();
    return result == void.class ? Names.type(Names.VOID) : Names.type(Names.VOID, Names.of(result));
  }

  private void write(CodeBuilder code) {
    Label none = code.newLabel();
    List<SwitchCase> cases = new ArrayList<>();
    for (ProtocolMethod method : results.methods()) {
      cases.add(SwitchCase.of(method.message().templateId(), code.newLabel()));
    }
    code.iload(TEMPLATE).lookupswitch(none, cases);
    for (int i = 0; i < cases.size(); i++) {
      ProtocolMethod method = results.methods().get(i);
      code.labelBinding(cases.get(i).target());
      code.aload(0);
      ResultCode.join(
          code,
          method.method().getReturnType(),
          () -> code.lload(NUMBER),
          () -> code.aload(REFERENCE));
      code.invokespecial(self, "result" + i, type(method)).return_();
    }
    code.labelBinding(none);
    code.return_();
  }
}
