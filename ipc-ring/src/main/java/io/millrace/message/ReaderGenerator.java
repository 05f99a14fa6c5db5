package io.millrace.message;

import io.millrace.message.runtime.Fallback;
import io.millrace.message.runtime.MessageLayout;
import io.millrace.message.runtime.ReaderBase;
import io.millrace.message.runtime.Shape;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Makes the class of a reader: a switch over the messages, and a method for each of them. */
final class ReaderGenerator {
  static final String IMPLEMENTATION = "implementation";

  private static final MethodTypeDesc ON_RECORD =
      Names.type(Names.VOID, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT);
  private static final MethodTypeDesc READ =
      Names.type(Names.VOID, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT, Names.LONG);
  private static final MethodTypeDesc ENTRY =
      Names.type(Names.OBJECT, Names.READ_BUFFER, Names.INT, Names.INT, Names.INT, Names.INT);

  private final Host host;
  private final Protocol protocol;
  private final Delivery delivery;
  private final ClassDesc self;
  private final ClassDesc implementation;
  private final EnumTables enums;
  private final List<Binding> groups = new ArrayList<>();

  /** What becomes of a message. */
  enum Delivery {
    /** The implementation is called. */
    MESSAGE,
    /** The implementation is called, and its result handed on. */
    CALL,
    /** It is a result, and handed on. */
    RESULT
  }

  ReaderGenerator(Host host, Protocol protocol, Delivery delivery) {
    this.host = host;
    this.protocol = protocol;
    this.delivery = delivery;
    self = host.newName("Reader");
    implementation = Names.of(protocol.type());
    enums = new EnumTables(self, protocol);
    protocol.methods().forEach(method -> groups.addAll(method.groups()));
  }

  ReaderBase generate(Object target, Fallback fallback) {
    byte[] bytes = host.classFile().build(self, this::build);
    MethodHandle made =
        host.define(
            bytes,
            MethodType.methodType(
                void.class,
                protocol.type(),
                Fallback.class,
                Shape[].class,
                Shape[].class,
                int.class,
                int.class,
                Enum[][].class));
    Shape[] shapes = protocol.methods().stream().map(this::shape).toArray(Shape[]::new);
    Shape[] entries = groups.stream().map(this::shape).toArray(Shape[]::new);
    int texts = protocol.methods().stream().mapToInt(this::texts).max().orElse(0);
    int views = protocol.methods().stream().mapToInt(ReaderMethod::views).max().orElse(0);
    try {
      return (ReaderBase)
          made.invoke(target, fallback, shapes, entries, texts, views, enums.values());
    } catch (Throwable failure) {
      throw Host.unexpected(failure);
    }
  }

  private int texts(ProtocolMethod method) {
    return ReaderMethod.texts(method, delivery);
  }

  private Shape shape(ProtocolMethod method) {
    String name = protocol.type().getSimpleName() + "." + method.message().name();
    return shape(name, method.message().since(), method.message().fields());
  }

  private Shape shape(Binding group) {
    return shape(
        group.place().text(), group.field().since(), ((WireType.Group) group.type()).parts());
  }

  private Shape shape(String name, int since, List<Field> fields) {
    int[] versions =
        IntStream.concat(IntStream.of(since), Field.fixed(fields).stream().mapToInt(Field::since))
            .filter(version -> version >= since)
            .sorted()
            .distinct()
            .toArray();
    int[] lengths =
        Arrays.stream(versions).map(version -> Field.blockLength(fields, version)).toArray();
    return new Shape(
        name, protocol.schema().version(), versions, lengths, Field.data(fields).size());
  }

  private void build(ClassBuilder builder) {
    builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
    builder.withSuperclass(Names.READER);
    builder.withField(IMPLEMENTATION, implementation, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    enums.declare(builder);
    constructor(builder);
    builder.withMethodBody("onRecord", ON_RECORD, ClassFile.ACC_PUBLIC, this::onRecord);
    builder.withMethodBody(
        "entry", ENTRY.insertParameterTypes(0, Names.INT), ClassFile.ACC_PROTECTED, this::entry);
    int firstGroup = 0;
    for (int i = 0; i < protocol.methods().size(); i++) {
      ProtocolMethod method = protocol.methods().get(i);
      int number = i;
      int first = firstGroup;
      builder.withMethodBody(
          "read" + i,
          READ,
          ClassFile.ACC_PRIVATE,
          code ->
              new ReaderMethod(code, method, number, first, protocol.schema(), enums, delivery)
                  .generate(self, implementation));
      firstGroup += method.groups().size();
    }
    for (int i = 0; i < groups.size(); i++) {
      Binding group = groups.get(i);
      builder.withMethodBody(
          "entry" + i,
          ENTRY,
          ClassFile.ACC_PRIVATE,
          code -> new EntryMethod(code, group, enums).generate());
    }
  }

  private void constructor(ClassBuilder builder) {
    ClassDesc shapes = Names.of(Shape[].class);
    ClassDesc fallback = Names.of(Fallback.class);
    builder.withMethodBody(
        ConstantDescs.INIT_NAME,
        Names.type(
            Names.VOID,
            implementation,
            fallback,
            shapes,
            shapes,
            Names.INT,
            Names.INT,
            Names.ENUM.arrayType(2)),
        ClassFile.ACC_PUBLIC,
        code -> {
          code.aload(0).aload(2).aload(3).aload(4).iload(5).iload(6);
          code.invokespecial(
              Names.READER,
              ConstantDescs.INIT_NAME,
              Names.type(Names.VOID, fallback, shapes, shapes, Names.INT, Names.INT));
          code.aload(0).aload(1).putfield(self, IMPLEMENTATION, implementation);
          enums.initialize(code, 7);
          code.return_();
        });
  }

  /** A record that is long enough for a header, of this schema and its type's template. */
  private void onRecord(CodeBuilder code) {
    Label unknown = code.newLabel();
    code.iload(4).loadConstant(MessageLayout.HEADER_LENGTH).if_icmplt(unknown);
    code.aload(2).iload(3);
    code.invokeinterface(Names.READ_BUFFER, "getLong", Names.type(Names.LONG, Names.INT));
    int header = Names.store(code, TypeKind.LONG);
    code.lload(header).loadConstant(16).lushr().l2i();
    code.loadConstant(protocol.schema().id() << 16).ixor();
    code.iload(1).if_icmpne(unknown);
    List<SwitchCase> cases = new ArrayList<>();
    List<Label> labels = new ArrayList<>();
    for (ProtocolMethod method : protocol.methods()) {
      Label label = code.newLabel();
      labels.add(label);
      cases.add(SwitchCase.of(method.message().templateId(), label));
    }
    code.iload(1).lookupswitch(unknown, cases);
    for (int i = 0; i < labels.size(); i++) {
      code.labelBinding(labels.get(i));
      code.aload(0).iload(1).aload(2).iload(3).iload(4).lload(header);
      code.invokespecial(self, "read" + i, READ).return_();
    }
    code.labelBinding(unknown);
    code.aload(0).iload(1).aload(2).iload(3).iload(4);
    code.invokevirtual(Names.READER, "unknown", ON_RECORD).return_();
  }

  private void entry(CodeBuilder code) {
    Label none = code.newLabel();
    List<SwitchCase> cases = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      cases.add(SwitchCase.of(i, code.newLabel()));
    }
    code.iload(1).lookupswitch(none, cases);
    for (int i = 0; i < cases.size(); i++) {
      code.labelBinding(cases.get(i).target());
      code.aload(0).aload(2).iload(3).iload(4).iload(5).iload(6);
      code.invokespecial(self, "entry" + i, ENTRY).areturn();
    }
    code.labelBinding(none);
    code.aconst_null().areturn();
  }
}
