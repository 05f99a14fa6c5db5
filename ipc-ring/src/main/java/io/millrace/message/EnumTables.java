package io.millrace.message;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.List;

/** The constants of the enums of a protocol, which a reader has in fields. */
final class EnumTables {
  private static final ClassDesc TABLE = Names.ENUM.arrayType();

  private final ClassDesc self;
  private final List<Class<?>> types = new ArrayList<>();

  EnumTables(ClassDesc self, Protocol protocol) {
    this.self = self;
    protocol.methods().forEach(method -> method.parameters().forEach(this::collect));
  }

  private void collect(Binding binding) {
    if (binding.javaType().isEnum() && !types.contains(binding.javaType())) {
      types.add(binding.javaType());
    }
    binding.parts().forEach(this::collect);
  }

  /** What the constructor of the reader is given. */
  Enum<?>[][] values() {
    return types.stream().map(Class::getEnumConstants).toArray(Enum<?>[][]::new);
  }

  void declare(ClassBuilder builder) {
    for (int i = 0; i < types.size(); i++) {
      builder.withField(name(i), TABLE, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    }
  }

  /** Stores what an argument of the constructor has. */
  void initialize(CodeBuilder code, int argument) {
    for (int i = 0; i < types.size(); i++) {
      code.aload(0).aload(argument).loadConstant(i).aaload().putfield(self, name(i), TABLE);
    }
  }

  void push(CodeBuilder code, Class<?> type) {
    code.aload(0).getfield(self, name(types.indexOf(type)), TABLE);
  }

  private static String name(int index) {
    return "constants" + index;
  }
}
