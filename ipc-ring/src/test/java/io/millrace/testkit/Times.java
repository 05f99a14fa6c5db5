package io.millrace.testkit;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Times at the edge of what can be said, and the methods that they can be said to. */
public final class Times {
  /** As good as for ever, in all spellings. */
  public static final List<Duration> FOR_EVER =
      List.of(
          ChronoUnit.FOREVER.getDuration(),
          Duration.ofSeconds(Long.MAX_VALUE),
          Duration.ofNanos(Long.MAX_VALUE),
          Duration.ofNanos(Long.MAX_VALUE - 1),
          Duration.ofDays(365L * 400),
          Duration.ofDays(365L * 200),
          Duration.ofDays(30));

  /** No time at all, or less than that. */
  public static final List<Duration> AT_ONCE =
      List.of(
          Duration.ZERO,
          Duration.ofNanos(-1),
          Duration.ofNanos(Long.MIN_VALUE),
          Duration.ofDays(-365L * 292),
          Duration.ofSeconds(Long.MIN_VALUE),
          ChronoUnit.FOREVER.getDuration().negated());

  private Times() {}

  /**
   * The public methods of public classes of a module's package that take a time.
   *
   * @param one a class of the package
   * @return for example {@code Registry.await(String, Duration)}
   */
  public static Set<String> methodsThatTakeATime(Class<?> one) {
    Set<String> found = new TreeSet<>();
    ModuleClasses.beside(one).stream()
        .filter(type -> type.getPackage() == one.getPackage())
        .filter(type -> Modifier.isPublic(type.getModifiers()))
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(Times::takesATime)
        .forEach(method -> found.add(describe(method)));
    return found;
  }

  private static boolean takesATime(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .anyMatch(type -> type == Duration.class || type == TimeUnit.class);
  }

  private static String describe(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(
            Collectors.joining(
                ", ",
                method.getDeclaringClass().getSimpleName() + "." + method.getName() + "(",
                ")"));
  }
}
