package io.millrace.message;

import io.millrace.message.WireType.Data;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.Iterator;

/** Generates the part of a writer that puts groups and variable data into the stage. */
final class GroupWriter {
  private static final ClassDesc ITERABLE = Names.of(Iterable.class);
  private static final ClassDesc ITERATOR = Names.of(Iterator.class);

  private final CodeBuilder code;
  private final int stage;

  GroupWriter(CodeBuilder code, int stage) {
    this.code = code;
    this.stage = stage;
  }

  /** Puts what is pushed, text or bytes, into the stage. */
  static void data(CodeBuilder code, int stage, Binding binding, Runnable push) {
    code.aload(stage);
    push.run();
    code.loadConstant(binding.place().text());
    String method =
        switch (((Data) binding.type()).encoding()) {
          case ASCII -> "ascii";
          case UTF8 -> "utf8";
          case BYTES -> "bytes";
        };
    ClassDesc value =
        binding.javaType() == String.class ? Names.TEXT : Names.of(binding.javaType());
    code.invokevirtual(Names.STAGE, method, Names.type(Names.VOID, value, Names.STRING));
  }

  /** Writes the entries that a local variable holds. */
  void write(Binding group, int slot) {
    requirePresent(group, slot);
    int block = Field.blockLength(Field.fixed(Binding.fields(group.parts())));
    code.aload(stage).loadConstant(block);
    code.invokevirtual(Names.STAGE, "beginGroup", Names.type(Names.INT, Names.INT));
    int header = Names.store(code, TypeKind.INT);
    if (group.javaType().isArray()) {
      walkArray(group, slot, header, block);
    } else {
      walkIterable(group, slot, header, block);
    }
  }

  private void requirePresent(Binding group, int slot) {
    code.aload(slot).loadConstant(group.place().text());
    code.invokestatic(
        Names.TEXTS, "requirePresent", Names.type(Names.VOID, Names.OBJECT, Names.STRING));
  }

  private void walkArray(Binding group, int array, int header, int block) {
    Label next = code.newLabel();
    Label end = code.newLabel();
    code.loadConstant(0);
    int i = Names.store(code, TypeKind.INT);
    code.labelBinding(next);
    code.iload(i).aload(array).arraylength().if_icmpge(end);
    code.aload(array).iload(i).aaload();
    entry(group, Names.store(code, TypeKind.REFERENCE), header, block);
    code.iinc(i, 1).goto_(next);
    code.labelBinding(end);
  }

  private void walkIterable(Binding group, int iterable, int header, int block) {
    Label next = code.newLabel();
    Label end = code.newLabel();
    code.aload(iterable).invokeinterface(ITERABLE, "iterator", Names.type(ITERATOR));
    int iterator = Names.store(code, TypeKind.REFERENCE);
    code.labelBinding(next);
    code.aload(iterator).invokeinterface(ITERATOR, "hasNext", Names.type(Names.BOOLEAN)).ifeq(end);
    code.aload(iterator).invokeinterface(ITERATOR, "next", Names.type(Names.OBJECT));
    code.checkcast(Names.of(group.record()));
    entry(group, Names.store(code, TypeKind.REFERENCE), header, block);
    code.goto_(next);
    code.labelBinding(end);
  }

  private void entry(Binding group, int record, int header, int block) {
    requirePresent(group, record);
    code.aload(stage).iload(header).loadConstant(block);
    code.invokevirtual(Names.STAGE, "nextEntry", Names.type(Names.INT, Names.INT, Names.INT));
    int at = Names.store(code, TypeKind.INT);
    LeafWriter leaves =
        new LeafWriter(
            code,
            (offset, length) -> {
              code.aload(stage);
              Names.sum(code, at, offset);
            });
    for (Binding part : group.parts()) {
      if (part.type().isFixed()) {
        leaves.fetch(
            part, part.offset(), () -> LeafWriter.component(code, record, group.record(), part));
      }
    }
    leaves.store(
        offset -> {
          code.aload(stage).getfield(Names.STAGE, "buffer", Names.WRITE_BUFFER);
          Names.sum(code, at, offset);
        });
    for (Binding part : group.parts()) {
      if (part.type() instanceof Data) {
        data(code, stage, part, () -> LeafWriter.component(code, record, group.record(), part));
      }
    }
  }
}
