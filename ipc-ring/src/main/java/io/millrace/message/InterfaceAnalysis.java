package io.millrace.message;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;

/** Reads an interface: its methods become messages, it becomes a schema. */
final class InterfaceAnalysis {
  private static final Set<Class<?>> RESULTS = Set.of(void.class, boolean.class, long.class);

  private static final String RESULT_NAME = "Result";

  private final Class<?> type;
  private final boolean areCalls;
  private final Location place;
  private final List<Method> methods;
  private final Map<String, Long> overloads;
  private final TypeAnalysis types;

  /**
   * Begins.
   *
   * @param areCalls whether its methods are calls, with any result, and not messages
   */
  InterfaceAnalysis(Class<?> type, boolean areCalls) {
    this.type = type;
    this.areCalls = areCalls;
    place = new Location(type.getSimpleName());
    if (!type.isInterface() || type.isAnnotation()) {
      throw place.refusal("this is no interface", "declare the messages in an interface");
    }
    if (type.isHidden() || type.isSealed()) {
      throw place.refusal("this cannot be implemented", "use an interface that anybody can");
    }
    if (type.getTypeParameters().length > 0) {
      throw place.refusal("this is generic", "use an interface without type parameters");
    }
    methods = messages(type);
    if (methods.isEmpty()) {
      throw place.refusal("there is no method to implement", "declare a method for each message");
    }
    overloads =
        methods.stream().collect(Collectors.groupingBy(Method::getName, Collectors.counting()));
    Stream<String> names = methods.stream().map(this::messageName);
    types =
        new TypeAnalysis(
            new TypeNames(
                areCalls ? names.flatMap(name -> Stream.of(name, name + RESULT_NAME)) : names));
  }

  Protocol protocol() {
    List<ProtocolMethod> analyzed = sorted(this::analyze);
    return new Protocol(type, schema(analyzed), analyzed);
  }

  CallProtocol calls() {
    List<ProtocolMethod> requests = sorted(this::analyze);
    List<ProtocolMethod> results = sorted(this::result);
    List<ProtocolMethod> all = new ArrayList<>(requests);
    all.addAll(results); // In the order of their template ids.
    MessageSchema schema = schema(all);
    return new CallProtocol(
        new Protocol(type, schema, requests), new Protocol(type, schema, results));
  }

  private List<ProtocolMethod> sorted(Function<Method, ProtocolMethod> analysis) {
    return methods.stream()
        .map(analysis)
        .sorted(Comparator.comparingInt(one -> one.message().templateId()))
        .toList();
  }

  private MessageSchema schema(List<ProtocolMethod> analyzed) {
    requireDistinct(analyzed);
    List<Message> messages = analyzed.stream().map(ProtocolMethod::message).toList();
    return new MessageSchema(type.getName(), schemaId(), schemaVersion(messages), messages);
  }

  /** The message that brings the result of a call back. */
  private ProtocolMethod result(Method method) {
    Location here = new Location(type.getSimpleName() + "." + method.getName() + ", result");
    Class<?> result = method.getReturnType();
    int since = since(method, here);
    List<Binding> parts = List.of();
    if (result == DirectBuffer.class || result == Iterable.class) {
      throw here.refusal(
          "a result outlives the memory of its message, " + result.getSimpleName() + " does not",
          result == Iterable.class ? "return an array" : "return byte[]");
    }
    if (result != void.class) {
      parts =
          TypeAnalysis.placed(
              List.of(
                  types.parameter(
                      "result", since, result, method.getGenericReturnType(), method, here)));
    }
    Message message =
        new Message(
            messageName(method) + RESULT_NAME,
            templateId(method) | CallProtocol.RESULT,
            since,
            Binding.fields(parts));
    return new ProtocolMethod(method, message, parts);
  }

  private static int since(Method method, Location here) {
    Since added = method.getAnnotation(Since.class);
    return added == null ? 0 : here.checkNumber("version", added.value(), 0);
  }

  /** What an implementation has to implement. One that several parents declare is one. */
  private static List<Method> messages(Class<?> type) {
    Map<String, Method> found = new LinkedHashMap<>();
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
        found.putIfAbsent(
            method.getName() + Arrays.toString(method.getParameterTypes()) + method.getReturnType(),
            method);
      }
    }
    return List.copyOf(found.values());
  }

  private static boolean isOfObject(Method method) {
    return Arrays.stream(Object.class.getMethods())
        .anyMatch(
            one ->
                one.getName().equals(method.getName())
                    && Arrays.equals(one.getParameterTypes(), method.getParameterTypes()));
  }

  private ProtocolMethod analyze(Method method) {
    Location here = new Location(type.getSimpleName() + "." + method.getName());
    here.checkName(method.getName());
    if (!areCalls && !RESULTS.contains(method.getReturnType())) {
      throw here.refusal(
          "a message has no result of type " + method.getReturnType().getSimpleName(),
          "return void, boolean or long, or use it for calls");
    }
    int since = since(method, here);
    List<Binding> parameters = new ArrayList<>();
    Parameter[] declared = method.getParameters();
    for (int i = 0; i < declared.length; i++) {
      Parameter one = declared[i];
      String name = one.isNamePresent() ? one.getName() : "p" + (i + 1);
      Location at = here.parameter(i, name);
      Since later = one.getAnnotation(Since.class);
      parameters.add(
          types.parameter(
              name,
              later == null ? since : at.checkNumber("version", later.value(), 0),
              one.getType(),
              one.getParameterizedType(),
              one,
              at));
    }
    Growth.check(parameters, since);
    List<Binding> placed = TypeAnalysis.placed(parameters);
    Message message =
        new Message(messageName(method), templateId(method), since, Binding.fields(placed));
    if (message.blockLength() > 0xffff) {
      throw here.refusal(
          "the fixed fields take " + message.blockLength() + " bytes", "have no more than 65535");
    }
    return new ProtocolMethod(method, message, placed);
  }

  private String messageName(Method method) {
    return overloads.get(method.getName()) == 1
        ? method.getName()
        : method.getName() + "_" + templateId(method);
  }

  private int templateId(Method method) {
    Template template = method.getAnnotation(Template.class);
    Location here = new Location(type.getSimpleName() + "." + method.getName());
    if (template != null && areCalls && template.value() >= CallProtocol.RESULT) {
      throw here.refusal(
          "the template id " + template.value() + " is one of results", "use 1 to 32767");
    }
    if (template != null) {
      return here.checkNumber("the template id", template.value(), 1);
    }
    if (overloads.get(method.getName()) > 1) {
      throw here.refusal(
          "several methods have this name", "give each of them its number with @Template");
    }
    int hash = hash(method.getName());
    return areCalls ? Math.max(1, hash & CallProtocol.RESULT - 1) : hash;
  }

  private void requireDistinct(List<ProtocolMethod> analyzed) {
    Map<Integer, Message> byId = new HashMap<>();
    Map<String, Message> byName = new HashMap<>();
    for (ProtocolMethod one : analyzed) {
      Message message = one.message();
      Message other = byId.putIfAbsent(message.templateId(), message);
      if (other != null) {
        throw place.refusal(
            message.name()
                + " and "
                + other.name()
                + " have the template id "
                + message.templateId(),
            "give one of them another with @Template");
      }
      // The SBE tool makes classes of the names, which begin with a capital letter.
      other = byName.putIfAbsent(message.name().toUpperCase(Locale.ROOT), message);
      if (other != null) {
        throw place.refusal(
            message.name() + " and " + other.name() + " are one name in other languages",
            "rename one of them");
      }
    }
  }

  private int schemaId() {
    Schema schema = type.getAnnotation(Schema.class);
    return schema == null || schema.id() == -1
        ? hash(type.getName())
        : place.checkNumber("the schema id", schema.id(), 1);
  }

  private int schemaVersion(List<Message> messages) {
    int needed = messages.stream().mapToInt(Growth::newest).max().orElse(0);
    Schema schema = type.getAnnotation(Schema.class);
    if (schema == null || schema.version() == -1) {
      return needed;
    }
    if (schema.version() < needed) {
      throw place.refusal(
          "the version " + schema.version() + " is lower than @Since(" + needed + ") in it",
          "raise it");
    }
    return place.checkNumber("the version", schema.version(), 0);
  }

  /** 16 bits of a name, never 0. */
  static int hash(String name) {
    int hash = name.hashCode();
    int folded = (hash ^ hash >>> 16) & 0xffff;
    return folded == 0 ? 1 : folded;
  }
}
