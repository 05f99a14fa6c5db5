package io.millrace.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Calls every public method of some objects, at random, from several threads, while another thread
 * closes them, and goes on for a while after that. Each call returns, or throws what it may;
 * nothing hangs. What a call returns is called as well if it is of a type that was named.
 */
public final class Hammer {
  private static final int CALLS_AFTER_CLOSE = 200;
  private static final long DEADLINE_MILLIS = 60_000;

  private final Random seeds;
  private final Predicate<Throwable> allowed;
  private final Map<Class<?>, Function<Random, ?>> arguments = new HashMap<>();
  private final List<Class<?>> followed = new ArrayList<>();
  private Consumer<Object> results = result -> {};
  private final List<String> spared = new ArrayList<>(List.of("close"));

  /**
   * Makes a hammer that knows no arguments yet.
   *
   * @param seed repeats the calls, though not their interleaving
   * @param allowed what calls may throw
   */
  public Hammer(long seed, Predicate<Throwable> allowed) {
    seeds = new Random(seed);
    this.allowed = allowed;
  }

  /**
   * Says what to pass for a parameter of a type.
   *
   * @param type the type of the parameter
   * @param value makes an argument
   * @return this
   */
  public Hammer argument(Class<?> type, Function<Random, ?> value) {
    arguments.put(type, value);
    return this;
  }

  /**
   * Says which results to call as well.
   *
   * @param types their types
   * @return this
   */
  public Hammer follow(Class<?>... types) {
    followed.addAll(Arrays.asList(types));
    return this;
  }

  /**
   * Says what becomes of results, those that are called as well too.
   *
   * @param sink is given each of them, by the thread that called; may close it
   * @return this
   */
  public Hammer results(Consumer<Object> sink) {
    results = sink;
    return this;
  }

  /**
   * Says which methods not to call.
   *
   * @param names their names
   * @return this
   */
  public Hammer spare(String... names) {
    spared.addAll(Arrays.asList(names));
    return this;
  }

  /**
   * One round.
   *
   * @param threads how many call at the same time
   * @param closing what yet another thread does in the middle of it
   * @param targets the objects whose methods are called
   * @throws InterruptedException if the thread is interrupted
   * @throws AssertionError if a call threw what it may not, or did not return
   */
  public void strike(int threads, Runnable closing, Object... targets) throws InterruptedException {
    List<Object> objects = new CopyOnWriteArrayList<>(targets);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger callsToClose = new AtomicInteger(1 + seeds.nextInt(400));
    AtomicInteger callsBehind = new AtomicInteger(threads * CALLS_AFTER_CLOSE);
    List<Thread> all = new ArrayList<>();
    Thread closer =
        new Thread(
            () -> {
              while (callsToClose.get() > 0) {
                Thread.onSpinWait();
              }
              try {
                closing.run();
              } catch (Throwable thrown) {
                failures.add(thrown);
              }
            },
            "closer");
    for (int i = 0; i < threads; i++) {
      Random random = new Random(seeds.nextLong());
      all.add(
          new Thread(
              () -> {
                while (callsToClose.getAndDecrement() > 0
                    || closer.isAlive()
                    || callsBehind.getAndDecrement() > 0) {
                  Object target = objects.get(random.nextInt(objects.size()));
                  try {
                    call(target, random, objects);
                  } catch (Throwable failure) {
                    failures.add(failure);
                  }
                }
              },
              "hammer " + i));
    }
    all.add(closer);
    all.forEach(thread -> thread.setDaemon(true));
    all.forEach(Thread::start);
    long deadline = System.currentTimeMillis() + DEADLINE_MILLIS;
    for (Thread thread : all) {
      thread.join(Math.max(1, deadline - System.currentTimeMillis()));
      if (thread.isAlive()) {
        AssertionError hanging = new AssertionError(thread.getName() + " hangs");
        hanging.setStackTrace(thread.getStackTrace());
        throw hanging;
      }
    }
    for (Throwable failure : failures) {
      throw new AssertionError("a call threw what it may not", failure);
    }
  }

  private void call(Object target, Random random, List<Object> objects)
      throws IllegalAccessException {
    List<Method> methods = methods(target.getClass());
    Method method = methods.get(random.nextInt(methods.size()));
    Object[] values =
        Arrays.stream(method.getParameterTypes()).map(type -> value(type, random)).toArray();
    try {
      Object result = method.invoke(target, values);
      if (followed.stream().anyMatch(type -> type.isInstance(result)) && objects.size() < 64) {
        objects.add(result);
      }
      results.accept(result);
    } catch (InvocationTargetException thrown) {
      if (!allowed.test(thrown.getCause())) {
        throw new AssertionError(method.toString(), thrown.getCause());
      }
    }
  }

  private Object value(Class<?> type, Random random) {
    Function<Random, ?> known = arguments.get(type);
    if (known == null) {
      throw new IllegalStateException("the hammer knows no argument of type " + type);
    }
    return known.apply(random);
  }

  private List<Method> methods(Class<?> type) {
    List<Method> methods = new ArrayList<>();
    for (Method method : type.getMethods()) {
      boolean ours =
          method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers());
      if (ours && !method.isBridge() && !spared.contains(method.getName())) {
        method.setAccessible(true);
        methods.add(method);
      }
    }
    methods.sort(Comparator.comparing(Method::toString)); // So that a seed means the same again.
    return methods;
  }
}
