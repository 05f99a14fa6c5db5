package io.millrace.message;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;

/**
 * Full access to the package of an interface in another module, or another class loader, that is
 * open to Millrace. Such access is enough to define a class, but not a hidden one; so a class of
 * three instructions is defined that asks for its own lookup.
 */
final class Doorway {
  private static final ClassDesc LOOKUP = Names.of(Lookup.class);
  private static final ClassValue<Lookup[]> FOUND =
      new ClassValue<>() {
        @Override
        protected Lookup[] computeValue(Class<?> type) {
          return new Lookup[1];
        }
      };

  private Doorway() {}

  /** Returns a lookup of the package that a lookup without all rights is about. */
  static synchronized Lookup open(Class<?> type, Lookup partial) throws IllegalAccessException {
    Lookup[] found = FOUND.get(type);
    if (found[0] == null) {
      // Once more from there, to be a nestmate of the interface.
      found[0] = MethodHandles.privateLookupIn(type, define(type, partial));
    }
    return found[0];
  }

  private static Lookup define(Class<?> type, Lookup partial) throws IllegalAccessException {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(type.getName() + "$MillraceLookup"),
                builder -> {
                  builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
                  builder.withMethodBody(
                      "lookup",
                      Names.type(LOOKUP),
                      ClassFile.ACC_STATIC,
                      code ->
                          code.invokestatic(
                                  Names.of(MethodHandles.class), "lookup", Names.type(LOOKUP))
                              .areturn());
                });
    Class<?> defined = partial.defineClass(bytes);
    try {
      return (Lookup)
          partial.findStatic(defined, "lookup", MethodType.methodType(Lookup.class)).invoke();
    } catch (Throwable failure) {
      throw Host.unexpected(failure);
    }
  }
}
