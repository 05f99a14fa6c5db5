package io.millrace.message;

import io.millrace.message.ReaderGenerator.Delivery;
import io.millrace.message.runtime.MessageLayout;
import io.millrace.ring.MalformedRecordException;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * Generates the reading of one message, {@code void read(int type, DirectBuffer buffer, int offset,
 * int length, long header)}:
 *
 * <pre>
 * check the lengths, make all arguments in local variables; what is malformed goes to the fallback
 * call the implementation
 * hide the views
 * </pre>
 */
final class ReaderMethod {
  private static final int TYPE = 1;
  private static final int BUFFER = 2;
  private static final int OFFSET = 3;
  private static final int LENGTH = 4;
  private static final int HEADER = 5;
  private static final ClassDesc MALFORMED = Names.of(MalformedRecordException.class);

  private final CodeBuilder code;
  private final ProtocolMethod method;
  private final Message message;
  private final int number;
  private final int firstGroup;
  private final long header;
  private final ValueReader values;
  private final Delivery delivery;
  private final Map<Binding, Integer> arguments = new HashMap<>();
  private int version;
  private int position;
  private int end;
  private int texts;
  private int views;

  ReaderMethod(
      CodeBuilder code,
      ProtocolMethod method,
      int number,
      int firstGroup,
      MessageSchema schema,
      EnumTables enums,
      Delivery delivery) {
    this.code = code;
    this.delivery = delivery;
    this.method = method;
    this.number = number;
    this.firstGroup = firstGroup;
    message = method.message();
    header =
        MessageLayout.header(
            message.blockLength(), message.templateId(), schema.id(), schema.version());
    values = new ValueReader(code, enums, BUFFER);
  }

  /** How many views of texts a message needs. */
  static int texts(ProtocolMethod method, Delivery delivery) {
    return (int) method.parameters().stream().filter(one -> isTextView(one, delivery)).count();
  }

  /** A result is kept, and so is its text. */
  private static boolean isTextView(Binding binding, Delivery delivery) {
    return binding.javaType() == CharSequence.class && delivery != Delivery.RESULT;
  }

  /** How many views of bytes a message needs. */
  static int views(ProtocolMethod method) {
    return (int) method.parameters().stream().filter(ReaderMethod::isView).count();
  }

  private static boolean isView(Binding binding) {
    return binding.javaType() == DirectBuffer.class;
  }

  void generate(ClassDesc self, ClassDesc implementation) {
    boolean hasViews = texts(method, delivery) + views(method) + method.groups().size() > 0;
    Label start = code.newLabel();
    Label parsed = code.newLabel();
    Label called = code.newLabel();
    Label wrong = code.newLabel();
    Label failed = code.newLabel();
    if (hasViews) {
      beginDelivery();
    }
    code.labelBinding(start);
    parse();
    code.labelBinding(parsed);
    call(self, implementation);
    code.labelBinding(called);
    if (hasViews) {
      endDelivery();
    }
    code.return_();

    code.labelBinding(wrong);
    int why = Names.store(code, TypeKind.REFERENCE);
    if (hasViews) {
      endDelivery();
    }
    code.aload(0).aload(why).iload(TYPE).aload(BUFFER).iload(OFFSET).iload(LENGTH);
    code.invokevirtual(
        Names.READER,
        "malformed",
        Names.type(Names.VOID, MALFORMED, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT));
    code.return_();
    code.exceptionCatch(start, parsed, wrong, MALFORMED);

    if (hasViews) {
      code.labelBinding(failed);
      int thrown = Names.store(code, TypeKind.REFERENCE);
      endDelivery();
      code.aload(thrown).athrow();
      code.exceptionCatchAll(start, called, failed);
    }
  }

  private void beginDelivery() {
    code.aload(0).invokevirtual(Names.READER, "begin", Names.type(Names.VOID));
  }

  /** The first thing calls nothing, so that an exhausted stack leaves no reader busy for ever. */
  private void endDelivery() {
    code.aload(0).loadConstant(0).putfield(Names.READER, "isDelivering", Names.BOOLEAN);
    for (int i = 0; i < texts(method, delivery); i++) {
      code.aload(0).loadConstant(i);
      code.invokevirtual(Names.READER, "hideText", Names.type(Names.TEXT_VIEW, Names.INT));
      code.pop();
    }
    for (int i = 0; i < views(method); i++) {
      code.aload(0).loadConstant(i);
      code.invokevirtual(Names.READER, "hideView", Names.type(Names.VOID, Names.INT));
    }
    for (int i = 0; i < method.groups().size(); i++) {
      hideGroup(firstGroup + i);
    }
  }

  private void hideGroup(int group) {
    code.aload(0).loadConstant(group);
    code.invokevirtual(Names.READER, "hideGroup", Names.type(Names.VOID, Names.INT));
  }

  private void parse() {
    code.lload(HEADER).loadConstant(48).lushr().l2i();
    version = Names.store(code, TypeKind.INT);
    checkLength();
    if (!method.isFixed()) {
      locateVariable();
    }
    for (Binding binding : method.fixed()) {
      int view = isTextView(binding, delivery) ? texts++ : ValueReader.NO_VIEW;
      TypeKind kind = Names.kind(binding.javaType());
      int slot = code.allocateLocal(kind);
      arguments.put(binding, slot);
      values.ifSince(
          binding.field().since(),
          message.since(),
          version,
          () -> {
            values.fixed(binding, OFFSET, MessageLayout.HEADER_LENGTH + binding.offset(), view);
            code.storeLocal(kind, slot);
          },
          () -> {
            values.missing(binding, view);
            code.storeLocal(kind, slot);
          });
    }
  }

  private void checkLength() {
    int length = MessageLayout.HEADER_LENGTH + message.blockLength();
    Label unusual = code.newLabel();
    Label checked = code.newLabel();
    code.lload(HEADER).loadConstant(header).lcmp().ifne(unusual);
    code.iload(LENGTH).loadConstant(length);
    if (method.isFixed()) {
      code.if_icmpeq(checked);
    } else {
      code.if_icmpge(checked);
    }
    code.labelBinding(unusual);
    code.aload(0).loadConstant(number).lload(HEADER).iload(LENGTH);
    code.invokevirtual(
        Names.READER,
        method.isFixed() ? "requireFixed" : "requireBlock",
        Names.type(Names.VOID, Names.INT, Names.LONG, Names.INT));
    code.labelBinding(checked);
  }

  private void locateVariable() {
    code.iload(OFFSET).loadConstant(MessageLayout.HEADER_LENGTH).iadd();
    code.lload(HEADER).l2i().loadConstant(0xffff).iand().iadd();
    position = Names.store(code, TypeKind.INT);
    code.iload(OFFSET).iload(LENGTH).iadd();
    end = Names.store(code, TypeKind.INT);
    for (int i = 0; i < method.groups().size(); i++) {
      open(method.groups().get(i), firstGroup + i);
    }
    Map<Binding, int[]> data = new HashMap<>();
    method.data().forEach(binding -> data.put(binding, locate(binding)));
    requireEnd();
    for (int i = 0; i < method.groups().size(); i++) {
      group(method.groups().get(i), firstGroup + i);
    }
    for (Binding binding : method.data()) {
      int view = ValueReader.NO_VIEW;
      if (isTextView(binding, delivery)) {
        view = texts++;
      } else if (isView(binding)) {
        view = views++;
      }
      values.data(binding, data.get(binding)[0], data.get(binding)[1], view);
      arguments.put(binding, Names.store(code, TypeKind.REFERENCE));
    }
  }

  private void open(Binding binding, int group) {
    values.ifSince(
        binding.field().since(),
        message.since(),
        version,
        () -> {
          code.aload(0).loadConstant(group).aload(BUFFER).iload(position).iload(end);
          code.iload(version);
          code.invokevirtual(
              Names.READER,
              "open",
              Names.type(Names.INT, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT, Names.INT));
          code.istore(position);
        },
        () -> hideGroup(group));
  }

  /** Returns the local variables of start and length. */
  private int[] locate(Binding binding) {
    int start = code.allocateLocal(TypeKind.INT);
    int length = code.allocateLocal(TypeKind.INT);
    values.ifSince(
        binding.field().since(),
        message.since(),
        version,
        () -> {
          locate(code, binding, BUFFER, position, end);
          code.istore(length);
          Names.sum(code, position, MessageLayout.DATA_HEADER);
          code.istore(start);
          code.iload(start).iload(length).iadd().istore(position);
        },
        () -> {
          code.iload(position).istore(start);
          code.loadConstant(0).istore(length);
        });
    return new int[] {start, length};
  }

  /** Puts the length of variable data onto the stack. */
  static void locate(CodeBuilder code, Binding binding, int buffer, int position, int end) {
    code.aload(buffer).iload(position).iload(end).loadConstant(binding.place().text());
    code.invokestatic(
        Names.READER,
        "dataLength",
        Names.type(Names.INT, Names.READ_BUFFER, Names.INT, Names.INT, Names.STRING));
  }

  private void requireEnd() {
    Label ends = code.newLabel();
    code.iload(position).iload(end).if_icmpeq(ends);
    code.aload(0).loadConstant(number).lload(HEADER);
    code.iload(position).iload(OFFSET).isub().iload(LENGTH);
    code.invokevirtual(
        Names.READER,
        "requireEnd",
        Names.type(Names.VOID, Names.INT, Names.LONG, Names.INT, Names.INT));
    code.labelBinding(ends);
  }

  private void group(Binding binding, int group) {
    code.aload(0);
    if (binding.javaType().isArray()) {
      ClassDesc array = Names.of(binding.javaType());
      code.loadConstant(group).aload(0).loadConstant(group);
      code.invokevirtual(Names.READER, "count", Names.type(Names.INT, Names.INT));
      code.anewarray(Names.of(binding.record()));
      ClassDesc objects = Names.OBJECT.arrayType();
      code.invokevirtual(Names.READER, "fill", Names.type(objects, Names.INT, objects));
      code.checkcast(array);
    } else {
      code.getfield(Names.READER, "groups", Names.ENTRIES.arrayType()).loadConstant(group).aaload();
    }
    arguments.put(binding, Names.store(code, TypeKind.REFERENCE));
  }

  private void call(ClassDesc self, ClassDesc implementation) {
    int result = message.templateId() | CallProtocol.RESULT;
    if (delivery != Delivery.MESSAGE) {
      code.aload(0).loadConstant(result);
    }
    if (delivery != Delivery.RESULT) {
      code.aload(0).getfield(self, ReaderGenerator.IMPLEMENTATION, implementation);
    }
    for (Binding binding : method.parameters()) {
      code.loadLocal(Names.kind(binding.javaType()), arguments.get(binding));
    }
    if (delivery != Delivery.RESULT) {
      code.invokeinterface(implementation, method.method().getName(), Names.type(method.method()));
    }
    Class<?> type = method.method().getReturnType();
    if (delivery != Delivery.MESSAGE) {
      ResultCode.split(code, type);
      code.invokevirtual(
          Names.READER, "result", Names.type(Names.VOID, Names.INT, Names.LONG, Names.OBJECT));
    } else if (type == long.class) {
      code.pop2();
    } else if (type == boolean.class) {
      code.pop();
    }
  }
}
