package io.millrace.message;

import io.millrace.message.WireType.Data;
import io.millrace.message.runtime.MessageLayout;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.HashMap;
import java.util.Map;

/**
 * Generates the reading of one entry of a group, {@code Object entry(DirectBuffer buffer, int
 * position, int block, int version, int end)}.
 */
final class EntryMethod {
  private static final int BUFFER = 1;
  private static final int POSITION = 2;
  private static final int BLOCK = 3;
  private static final int VERSION = 4;
  private static final int END = 5;

  private final CodeBuilder code;
  private final Binding group;
  private final ValueReader values;
  private final Map<Binding, Integer> components = new HashMap<>();

  EntryMethod(CodeBuilder code, Binding group, EnumTables enums) {
    this.code = code;
    this.group = group;
    values = new ValueReader(code, enums, BUFFER);
  }

  void generate() {
    group.parts().stream().filter(part -> part.type().isFixed()).forEach(this::fixed);
    code.iload(POSITION).iload(BLOCK).iadd();
    int position = Names.store(code, TypeKind.INT);
    group.parts().stream()
        .filter(part -> part.type() instanceof Data)
        .forEach(part -> data(part, position));
    code.aload(0).iload(position).putfield(Names.READER, "next", Names.INT);
    code.new_(Names.of(group.record())).dup();
    for (Binding part : group.parts()) {
      code.loadLocal(Names.kind(part.javaType()), components.get(part));
    }
    values.construct(group);
    code.areturn();
  }

  private void fixed(Binding part) {
    TypeKind kind = Names.kind(part.javaType());
    int slot = code.allocateLocal(kind);
    components.put(part, slot);
    values.ifSince(
        part.field().since(),
        group.field().since(),
        VERSION,
        () -> {
          values.fixed(part, POSITION, part.offset(), ValueReader.NO_VIEW);
          code.storeLocal(kind, slot);
        },
        () -> {
          values.missing(part, ValueReader.NO_VIEW);
          code.storeLocal(kind, slot);
        });
  }

  private void data(Binding part, int position) {
    ReaderMethod.locate(code, part, BUFFER, position, END);
    int length = Names.store(code, TypeKind.INT);
    code.iinc(position, MessageLayout.DATA_HEADER);
    values.data(part, position, length, ValueReader.NO_VIEW);
    components.put(part, Names.store(code, TypeKind.REFERENCE));
    code.iload(position).iload(length).iadd().istore(position);
  }
}
