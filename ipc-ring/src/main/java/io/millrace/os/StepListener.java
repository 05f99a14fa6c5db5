package io.millrace.os;

import java.util.function.Consumer;

/**
 * How a test is told of the steps of a protocol: it stops or kills a process between any two of
 * them, to see what the others make of it.
 *
 * <p>The steps are an enum of the package that does them. A package keeps its listener in a
 * constant and asks whether there is one: where there is none, the compiler removes the question.
 */
public final class StepListener {
  private StepListener() {}

  /**
   * Makes the listener to the steps of a package, which the system property of the package's name
   * with {@code .steps} behind it names: a public class with a public constructor.
   *
   * @param <S> the steps
   * @param steps the same
   * @return the listener, {@code null} without the property
   */
  @SuppressWarnings("unchecked") // Named by a test of this very package.
  public static <S extends Enum<S>> Consumer<S> of(Class<S> steps) {
    String name = System.getProperty(steps.getPackageName() + ".steps");
    if (name == null) {
      return null;
    }
    try {
      Class<?> listener = Class.forName(name, true, steps.getClassLoader());
      return (Consumer<S>) listener.getConstructor().newInstance();
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("cannot listen to steps by " + name, failure);
    }
  }
}
