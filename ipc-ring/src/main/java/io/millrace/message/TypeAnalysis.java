package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import io.millrace.message.WireType.Group;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;

/** Finds out how a parameter or a component of a record lies on the wire. */
final class TypeAnalysis {
  private static final String FIXED_ONLY = "give it a fixed length, or make it a parameter";

  private final TypeNames names;
  private final Set<Class<?>> open = new HashSet<>();

  /** What a type may be at a place. */
  private enum Allowed {
    /** A parameter of a message. */
    ALL,
    /** A component of an entry of a group. */
    NO_GROUPS,
    /** A component of a composite. */
    FIXED
  }

  TypeAnalysis(TypeNames names) {
    this.names = names;
  }

  Binding parameter(
      String name, int since, Class<?> type, Type generic, AnnotatedElement where, Location place) {
    return analyze(name, since, type, generic, where, place, Allowed.ALL);
  }

  private Binding analyze(
      String name,
      int since,
      Class<?> type,
      Type generic,
      AnnotatedElement where,
      Location place,
      Allowed allowed) {
    place.checkName(name);
    WireType wire = null;
    Class<?> entry = entryOf(type, generic);
    if (entry != null) {
      requireNone(where, place, Ascii.class, Utf8.class, Decimal.class, Optional.class);
      if (allowed != Allowed.ALL) {
        throw place.refusal("a group cannot stand inside a record", "make it a parameter");
      }
      List<Binding> parts = components(entry, since, place, Allowed.NO_GROUPS);
      Group group = new Group(Binding.fields(parts));
      place.checkNumber("the length of an entry", Field.blockLength(group.parts()), 1);
      return new Binding(new Field(name, since, group), place, type, entry, parts, 0);
    }
    if (type.isRecord()) {
      requireNone(where, place, Ascii.class, Utf8.class, Decimal.class, Optional.class);
      List<Binding> parts = components(type, 0, place, Allowed.FIXED);
      Composite composite = new Composite(names.of(type, place), Binding.fields(parts));
      return new Binding(new Field(name, since, composite), place, type, type, parts, 0);
    }
    if (type.isEnum()) {
      requireNone(where, place, Ascii.class, Utf8.class, Decimal.class);
      if (isOptional(where) && allowed == Allowed.FIXED) {
        throw place.refusal(
            "a composite of SBE cannot say that a constant may be missing",
            "add a constant for it");
      }
      wire = choice(type, isOptional(where), place);
    } else if (type == boolean.class) {
      requireNone(where, place, Ascii.class, Utf8.class, Decimal.class, Optional.class);
      wire = Choice.BOOL;
    } else if (type.isPrimitive()) {
      requireNone(where, place, Ascii.class, Utf8.class);
      wire = number(type, where, place);
    } else if (type == CharSequence.class || type == String.class) {
      requireNone(where, place, Decimal.class, Optional.class);
      wire = text(where, place);
    } else if (type == byte[].class || type == DirectBuffer.class) {
      requireNone(where, place, Ascii.class, Utf8.class, Decimal.class, Optional.class);
      wire = new Data(Encoding.BYTES);
    }
    if (wire == null) {
      throw place.refusal(generic.getTypeName() + " cannot be encoded", cure(type));
    }
    if (!wire.isFixed() && allowed == Allowed.FIXED) {
      throw place.refusal("a record in a message has only parts of fixed length", FIXED_ONLY);
    }
    if (type == DirectBuffer.class && allowed != Allowed.ALL) {
      throw place.refusal("a record outlives the memory of a message", "use byte[]");
    }
    return new Binding(new Field(name, since, wire), place, type, null, List.of(), 0);
  }

  /** The record of an array or an iterable, or null if the type is none of them. */
  private static Class<?> entryOf(Class<?> type, Type generic) {
    if (type.isArray() && type.getComponentType().isRecord()) {
      return type.getComponentType();
    }
    if (type == Iterable.class
        && generic instanceof ParameterizedType parameterized
        && parameterized.getActualTypeArguments()[0] instanceof Class<?> entry
        && entry.isRecord()) {
      return entry;
    }
    return null;
  }

  private List<Binding> components(Class<?> type, int since, Location place, Allowed allowed) {
    if (!open.add(type)) {
      throw place.refusal(type.getSimpleName() + " contains itself", "use a group of its parts");
    }
    if (type.getTypeParameters().length > 0) {
      throw place.refusal(type.getSimpleName() + " is generic", "use a record without parameters");
    }
    List<Binding> parts = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Location inside = place.component(component.getName());
      Since added = component.getAnnotation(Since.class);
      if (added != null && allowed == Allowed.FIXED) {
        throw inside.refusal(
            "a record in a message cannot grow, it lies between other fields",
            "add a parameter to the method");
      }
      parts.add(
          analyze(
              component.getName(),
              added == null ? since : inside.checkNumber("version", added.value(), 0),
              component.getType(),
              component.getGenericType(),
              component,
              inside,
              allowed));
    }
    open.remove(type);
    if (parts.stream().noneMatch(part -> part.type().isFixed())) {
      throw place.refusal(
          type.getSimpleName() + " has no component of fixed length", "give it one, as its first");
    }
    return placed(parts);
  }

  /** Gives the fixed ones of them their places in a block. */
  static List<Binding> placed(List<Binding> parts) {
    List<Binding> placed = new ArrayList<>();
    int offset = 0;
    for (Binding part : parts) {
      placed.add(part.at(offset));
      offset += part.type().size();
    }
    return List.copyOf(placed);
  }

  private WireType number(Class<?> type, AnnotatedElement where, Location place) {
    Primitive primitive = Primitive.of(type);
    Decimal decimal = where.getAnnotation(Decimal.class);
    if (decimal == null) {
      return new WireType.Number(primitive, isOptional(where));
    }
    if (type == char.class || type == float.class || type == double.class) {
      throw place.refusal(type + " is no mantissa", "use long, int, short or byte");
    }
    if (decimal.value() < Byte.MIN_VALUE || decimal.value() > Byte.MAX_VALUE) {
      throw place.refusal(
          "the exponent " + decimal.value() + " is out of range", "use -128 to 127");
    }
    return new WireType.Decimal(primitive, decimal.value(), isOptional(where));
  }

  private static WireType text(AnnotatedElement where, Location place) {
    Ascii ascii = where.getAnnotation(Ascii.class);
    Utf8 utf8 = where.getAnnotation(Utf8.class);
    if (ascii != null && utf8 != null) {
      throw place.refusal("a text has one encoding", "use @Ascii or @Utf8");
    }
    Encoding encoding = ascii == null ? Encoding.UTF8 : Encoding.ASCII;
    int length = ascii != null ? ascii.value() : utf8 != null ? utf8.value() : 0;
    if (length == 0) {
      return new Data(encoding);
    }
    return new FixedText(place.checkNumber("the length", length, 1), encoding);
  }

  private Choice choice(Class<?> type, boolean optional, Location place) {
    List<String> constants =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> place.checkName(((Enum<?>) constant).name()))
            .toList();
    if (constants.isEmpty() || constants.size() >= 0xffff) {
      throw place.refusal(
          type.getSimpleName() + " has " + constants.size() + " constants", "use 1 to 65534");
    }
    return new Choice(names.of(type, place), constants, optional);
  }

  private static boolean isOptional(AnnotatedElement where) {
    return where.isAnnotationPresent(Optional.class);
  }

  @SafeVarargs
  private static void requireNone(
      AnnotatedElement where,
      Location place,
      Class<? extends java.lang.annotation.Annotation>... annotations) {
    for (var annotation : annotations) {
      if (where.isAnnotationPresent(annotation)) {
        throw place.refusal(
            "@" + annotation.getSimpleName() + " means nothing here", "take it away");
      }
    }
  }

  private static String cure(Class<?> type) {
    Class<?> primitive = MethodType.methodType(type).unwrap().returnType();
    if (primitive.isPrimitive() && primitive != void.class) {
      return "use " + primitive + ", with @Optional if it may be missing";
    }
    if (type.isArray() && type.getComponentType().isPrimitive()) {
      return "use byte[] or DirectBuffer, or an array of records";
    }
    if (type.isArray() || Iterable.class.isAssignableFrom(type)) {
      return "use Iterable<R> or R[] with a record R";
    }
    return "use primitives, enums, CharSequence or String, byte[], DirectBuffer, records, and"
        + " Iterable<R> or R[] of records";
  }
}
