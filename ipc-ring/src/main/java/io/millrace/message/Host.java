package io.millrace.message;

import io.millrace.message.runtime.WriterState;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;

/** Where generated classes are defined: in the package of the interface, or of the caller. */
final class Host {
  private static final Module MILLRACE = Messages.class.getModule();

  private final Lookup lookup;

  private Host(Lookup lookup) {
    this.lookup = lookup;
  }

  /** Finds a place from which an interface and all that it mentions can be used. */
  static Host of(Protocol protocol, Lookup caller) {
    Class<?> type = protocol.type();
    Location place = new Location(type.getSimpleName());
    Host host = new Host(find(type, caller, place));
    host.requireMillrace(place);
    protocol.methods().forEach(method -> method.parameters().forEach(host::requireTypes));
    return host;
  }

  /** Finds one for calls. */
  static Host of(CallProtocol protocol, Lookup caller) {
    Host host = of(protocol.requests(), caller);
    protocol.results().methods().forEach(method -> method.parameters().forEach(host::requireTypes));
    return host;
  }

  private static Lookup find(Class<?> type, Lookup caller, Location place) {
    MILLRACE.addReads(type.getModule());
    try {
      Lookup inside = MethodHandles.privateLookupIn(type, caller);
      return inside.hasFullPrivilegeAccess() ? inside : Doorway.open(type, inside);
    } catch (IllegalAccessException closed) {
      if (caller.hasFullPrivilegeAccess() && sees(caller, type)) {
        return caller;
      }
      IllegalArgumentException refusal =
          place.refusal(
              "it cannot be implemented from outside of its module",
              "pass MethodHandles.lookup() of a class in its package");
      refusal.initCause(closed);
      throw refusal;
    }
  }

  private static boolean sees(Lookup from, Class<?> type) {
    try {
      return from.findClass(type.getName()) == type;
    } catch (ClassNotFoundException | IllegalAccessException hidden) {
      return false;
    }
  }

  /** Generated classes extend classes of Millrace, which no other code can name. */
  private void requireMillrace(Location place) {
    Module module = lookup.lookupClass().getModule();
    if (!module.canRead(MILLRACE)) {
      throw place.refusal(
          module + " does not read Millrace", "let it say: requires io.millrace.ring");
    }
    MILLRACE.addExports(WriterState.class.getPackageName(), module);
    if (!sees(lookup, WriterState.class)) {
      throw place.refusal(
          "its class loader does not see this Millrace",
          "load it by one whose parent has loaded Millrace");
    }
  }

  private void requireTypes(Binding binding) {
    Class<?> type = binding.record() != null ? binding.record() : binding.javaType();
    if ((type.isRecord() || type.isEnum()) && !sees(lookup, type)) {
      throw binding
          .place()
          .refusal(
              type.getName() + " is hidden from the interface", "make it and its package visible");
    }
    binding.parts().forEach(this::requireTypes);
  }

  ClassDesc newName(String kind) {
    String packageName = lookup.lookupClass().getPackageName();
    return ClassDesc.of(packageName, "Millrace" + kind);
  }

  ClassFile classFile() {
    return ClassFile.of(
        ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.defaultResolver()
                .orElse(ClassHierarchyResolver.ofClassLoading(lookup))));
  }

  /** Defines a class. Returns its constructor. */
  MethodHandle define(byte[] bytes, MethodType constructor) {
    try {
      Lookup defined = lookup.defineHiddenClass(bytes, false, Lookup.ClassOption.NESTMATE);
      return defined.findConstructor(defined.lookupClass(), constructor);
    } catch (ReflectiveOperationException failure) {
      throw unexpected(failure);
    }
  }

  static IllegalStateException unexpected(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException thrown) {
      throw thrown;
    }
    return new IllegalStateException("a generated class cannot be made", failure);
  }
}
