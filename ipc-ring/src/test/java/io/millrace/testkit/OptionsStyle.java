package io.millrace.testkit;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What all classes of options have in common, so that who knows one knows all: they are immutable,
 * begin with a static method, and are refined by methods that are named after what they say ({@code
 * name("x")}, {@code shared()}) and return new options. What is true or false of them is asked by a
 * name that begins with {@code is} or {@code has}. Times are durations.
 */
public final class OptionsStyle {
  private final List<String> flaws = new ArrayList<>();

  private OptionsStyle() {}

  /**
   * Looks at classes.
   *
   * @param types the classes
   * @return what is otherwise in them, empty if nothing is
   */
  public static List<String> flawsOf(List<Class<?>> types) {
    OptionsStyle style = new OptionsStyle();
    types.forEach(style::check);
    return style.flaws;
  }

  /**
   * The public classes of a module whose names end in {@code Options}.
   *
   * @param one a class of the module
   * @return the classes
   */
  public static List<Class<?>> optionsBeside(Class<?> one) {
    return ModuleClasses.beside(one).stream()
        .filter(type -> type.getName().endsWith("Options"))
        .filter(type -> Modifier.isPublic(type.getModifiers()))
        .toList();
  }

  private void check(Class<?> type) {
    String name = type.getSimpleName();
    require(Modifier.isFinal(type.getModifiers()), name + " is not final");
    for (Field field : type.getDeclaredFields()) {
      require(Modifier.isFinal(field.getModifiers()), name + "." + field.getName() + " changes");
    }
    for (Constructor<?> constructor : type.getConstructors()) {
      require(
          type.isRecord() && constructor.getParameterCount() == type.getRecordComponents().length,
          name + " is made by a constructor");
    }
    List<Method> methods = Arrays.stream(type.getDeclaredMethods()).filter(this::isPublic).toList();
    require(
        methods.stream().anyMatch(method -> isStatic(method) && method.getReturnType() == type),
        name + " does not begin with a static method");
    methods.forEach(method -> check(type, method));
  }

  private void check(Class<?> type, Method method) {
    String name = type.getSimpleName() + "." + method.getName();
    Class<?> returned = method.getReturnType();
    require(returned != void.class, name + " returns nothing: it sets");
    if (returned == type) {
      require(
          !method.getName().matches("(with|set|is|has|get)[A-Z].*"),
          name + " is not named after what it says");
    } else if (returned == boolean.class && !method.getName().equals("equals")) {
      require(method.getName().matches("(is|has)[A-Z].*"), name + " tells what is true");
    }
    require(!method.getName().matches(".*(Nanos|Micros|Millis|Seconds)"), name + " is no duration");
    require(
        Arrays.stream(method.getParameterTypes()).noneMatch(given -> given == TimeUnit.class),
        name + " takes a time that is no duration");
  }

  private boolean isPublic(Method method) {
    return Modifier.isPublic(method.getModifiers()) && !method.isSynthetic();
  }

  private static boolean isStatic(Method method) {
    return Modifier.isStatic(method.getModifiers());
  }

  private void require(boolean kept, String flaw) {
    if (!kept) {
      flaws.add(flaw);
    }
  }
}
