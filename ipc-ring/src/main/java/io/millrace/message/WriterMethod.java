package io.millrace.message;

import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.runtime.MessageLayout;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Generates one method of a writer:
 *
 * <pre>
 * fetch all arguments, variable parts into the stage
 * index = sender.tryClaim(templateId, length); if (index &lt; 0) say so
 * store header and fixed fields, copy the rest
 * return sender.commit(index), or give the claim up if anything was thrown
 * </pre>
 */
final class WriterMethod {
  private final CodeBuilder code;
  private final ClassDesc self;
  private final ProtocolMethod method;
  private final Runnable ending;
  private final long header;
  private final LeafWriter leaves;
  private final List<Binding> variable = new ArrayList<>();

  /** Bytes alone need no stage: their length is known, and no code stands behind them. */
  private final boolean isDirect;

  /** Where each text of fixed length is in the stage, by its offset in the block. */
  private final Map<Integer, int[]> stagedTexts = new LinkedHashMap<>();

  private int reserved;
  private int stage;
  private int call;
  private int index;
  private int buffer;
  private int bytesAt;

  /**
   * Begins.
   *
   * @param ending generates what comes behind the sending, and returns, if that is not to tell what
   *     became of it; null otherwise
   */
  WriterMethod(
      CodeBuilder code,
      ClassDesc self,
      ProtocolMethod method,
      MessageSchema schema,
      Runnable ending) {
    this.code = code;
    this.ending = ending;
    this.self = self;
    this.method = method;
    Message message = method.message();
    header =
        MessageLayout.header(
            message.blockLength(), message.templateId(), schema.id(), schema.version());
    leaves = new LeafWriter(code, this::pushTextPlace);
    variable.addAll(method.groups());
    variable.addAll(method.data());
    isDirect = variable.stream().allMatch(WriterMethod::isBytes);
    method.fixed().forEach(this::reserve);
  }

  private static boolean isBytes(Binding binding) {
    return binding.type() instanceof Data data && data.encoding() == Encoding.BYTES;
  }

  private void reserve(Binding binding) {
    reserve(binding, binding.offset());
  }

  private void reserve(Binding binding, int offset) {
    if (LeafWriter.isStaged(binding.type())) {
      stagedTexts.put(offset, new int[] {reserved, binding.type().size()});
      reserved += binding.type().size();
    }
    if (binding.type() instanceof WireType.Composite) {
      binding.parts().forEach(part -> reserve(part, offset + part.offset()));
    }
  }

  private boolean hasStage() {
    return reserved > 0 || !isDirect;
  }

  void generate() {
    settle();
    if (hasStage()) {
      state().getfield(Names.WRITER, "stage", Names.STAGE);
      stage = Names.store(code, TypeKind.REFERENCE);
      code.aload(stage).loadConstant(reserved);
      code.invokevirtual(Names.STAGE, "begin", Names.type(Names.LONG, Names.INT));
      call = Names.store(code, TypeKind.LONG);
    }
    List<Binding> parameters = method.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).type().isFixed()) {
        leaves.fetch(parameters.get(i), code.parameterSlot(i));
      }
    }
    if (isDirect) {
      sendDirect();
    } else {
      sendStaged();
    }
  }

  private CodeBuilder state() {
    return code.aload(0).getfield(self, WriterGenerator.STATE, Names.WRITER);
  }

  private void settle() {
    Label nothing = code.newLabel();
    state().getfield(Names.WRITER, "owing", Names.INT).iflt(nothing);
    state().invokevirtual(Names.WRITER, "settle", Names.type(Names.VOID));
    code.labelBinding(nothing);
  }

  private void pushTextPlace(int offset, int length) {
    code.aload(stage).loadConstant(stagedTexts.get(offset)[0]);
  }

  private int slot(Binding binding) {
    return code.parameterSlot(method.parameters().indexOf(binding));
  }

  private int fixedLength() {
    return MessageLayout.HEADER_LENGTH + method.message().blockLength();
  }

  private void sendStaged() {
    GroupWriter groups = new GroupWriter(code, stage);
    for (Binding binding : variable) {
      if (binding.type() instanceof WireType.Group) {
        groups.write(binding, slot(binding));
      } else {
        GroupWriter.data(code, stage, binding, () -> code.aload(slot(binding)));
      }
    }
    finish();
    code.loadConstant(reserved).isub();
    int rest = Names.store(code, TypeKind.INT);
    Names.sum(code, rest, fixedLength());
    claim(
        () -> {
          // What follows the texts of fixed length.
          code.aload(buffer);
          Names.sum(code, index, fixedLength());
          code.aload(stage).getfield(Names.STAGE, "buffer", Names.WRITE_BUFFER);
          code.loadConstant(reserved).iload(rest);
          copy();
        });
  }

  /** Puts the end of the message in the stage onto the stack. */
  private void finish() {
    code.aload(stage).lload(call);
    code.invokevirtual(Names.STAGE, "finish", Names.type(Names.INT, Names.LONG));
  }

  private void copy() {
    code.invokeinterface(
        Names.WRITE_BUFFER,
        "putBytes",
        Names.type(Names.VOID, Names.INT, Names.READ_BUFFER, Names.INT, Names.INT));
  }

  private void sendDirect() {
    Map<Binding, int[]> bytes = new LinkedHashMap<>();
    for (Binding binding : variable) {
      bytes.put(binding, fetchBytes(binding));
    }
    if (hasStage()) {
      finish();
      code.pop();
    }
    code.loadConstant(fixedLength());
    bytes
        .values()
        .forEach(one -> code.iload(one[1]).iadd().loadConstant(MessageLayout.DATA_HEADER).iadd());
    claim(() -> bytes.forEach(this::storeBytes));
  }

  /** Returns the local variables of the bytes and their length, and where they go. */
  private int[] fetchBytes(Binding binding) {
    code.aload(slot(binding)).loadConstant(binding.place().text());
    int reference;
    if (binding.javaType() == byte[].class) {
      code.invokestatic(
          Names.TEXTS, "requirePresent", Names.type(Names.VOID, Names.OBJECT, Names.STRING));
      reference = slot(binding);
      code.aload(reference).arraylength();
    } else {
      code.invokestatic(
          Names.WRITER, "view", Names.type(Names.VIEW, Names.READ_BUFFER, Names.STRING));
      reference = Names.store(code, TypeKind.REFERENCE);
      code.aload(reference).invokevirtual(Names.VIEW, "capacity", Names.type(Names.INT));
    }
    return new int[] {reference, Names.store(code, TypeKind.INT)};
  }

  private void storeBytes(Binding binding, int[] locals) {
    code.aload(buffer).iload(bytesAt).iload(locals[1]);
    Target.put(code, "putInt", Names.INT);
    code.aload(buffer);
    Names.sum(code, bytesAt, MessageLayout.DATA_HEADER);
    code.aload(locals[0]).loadConstant(0).iload(locals[1]);
    ClassDesc source = binding.javaType() == byte[].class ? Names.BYTES : Names.READ_BUFFER;
    code.invokeinterface(
        Names.WRITE_BUFFER,
        "putBytes",
        Names.type(Names.VOID, Names.INT, source, Names.INT, Names.INT));
    Names.sum(code, bytesAt, MessageLayout.DATA_HEADER);
    code.iload(locals[1]).iadd().istore(bytesAt);
  }

  /** Claims as many bytes as are on the stack, writes and commits. */
  private void claim(Runnable rest) {
    Label claimed = code.newLabel();
    Label start = code.newLabel();
    Label end = code.newLabel();
    Label failed = code.newLabel();
    int length = Names.store(code, TypeKind.INT);
    state().getfield(Names.WRITER, "sender", Names.SENDER);
    code.loadConstant(method.message().templateId()).iload(length);
    code.invokeinterface(Names.SENDER, "tryClaim", Names.type(Names.INT, Names.INT, Names.INT));
    index = Names.store(code, TypeKind.INT);
    code.iload(index).ifge(claimed);
    code.loadConstant(-1L);
    answer();
    code.labelBinding(claimed);
    code.labelBinding(start);
    store(rest);
    state().getfield(Names.WRITER, "sender", Names.SENDER).iload(index);
    code.invokeinterface(Names.SENDER, "commit", Names.type(Names.LONG, Names.INT));
    int position = Names.store(code, TypeKind.LONG);
    code.labelBinding(end);
    code.lload(position);
    answer();
    code.labelBinding(failed);
    int thrown = Names.store(code, TypeKind.REFERENCE);
    state().iload(index).putfield(Names.WRITER, "owing", Names.INT);
    state().aload(thrown);
    code.invokevirtual(Names.WRITER, "giveUp", Names.type(Names.VOID, Names.THROWABLE));
    code.aload(thrown).athrow();
    code.exceptionCatchAll(start, end, failed);
  }

  private void store(Runnable rest) {
    state().getfield(Names.WRITER, "sender", Names.SENDER);
    code.invokeinterface(Names.SENDER, "buffer", Names.type(Names.WRITE_BUFFER));
    buffer = Names.store(code, TypeKind.REFERENCE);
    code.aload(buffer).iload(index).loadConstant(header);
    Target.put(code, "putLong", Names.LONG);
    leaves.store(
        offset -> {
          code.aload(buffer);
          Names.sum(code, index, MessageLayout.HEADER_LENGTH + offset);
        });
    stagedTexts.forEach(
        (offset, text) -> {
          code.aload(buffer);
          Names.sum(code, index, MessageLayout.HEADER_LENGTH + offset);
          code.aload(stage).getfield(Names.STAGE, "buffer", Names.WRITE_BUFFER);
          code.loadConstant(text[0]).loadConstant(text[1]);
          copy();
        });
    if (isDirect && !variable.isEmpty()) {
      Names.sum(code, index, fixedLength());
      bytesAt = Names.store(code, TypeKind.INT);
    }
    rest.run();
  }

  /** Returns what the position on the stack, or its absence, means for the caller. */
  private void answer() {
    if (ending != null) {
      code.pop2();
      ending.run();
      return;
    }
    Class<?> result = method.method().getReturnType();
    if (result == long.class) {
      code.lreturn();
    } else if (result == boolean.class) {
      // The sign says it: shifted and turned around, 0 or 1.
      code.loadConstant(63).lushr().l2i().loadConstant(1).ixor().ireturn();
    } else {
      int position = Names.store(code, TypeKind.LONG);
      state().lload(position);
      code.invokevirtual(Names.WRITER, "requireSent", Names.type(Names.VOID, Names.LONG));
      code.return_();
    }
  }
}
