package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.EventFd;
import io.millrace.request.CallException;
import io.millrace.request.CallOptions;
import io.millrace.request.RequestClient;
import io.millrace.request.RequestServer;
import io.millrace.request.Requests;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A call is held at each of its steps in turn while another thread closes: the descriptor of the
 * directory, which the call uses, stays open until it has returned, and nothing is left of either.
 * A step is a use of the directory's path, which every call makes with its system calls.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeavesNothingOpen.class)
class CloseBesideCallTest {
  private static final String CREATES = "createOrJoinRing: creates";
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Methods that use no directory, and the overloads that only call another method. */
  private static final Set<String> WITHOUT_DIRECTORY =
      Set.of("root", "exists", "close", "open", "transferTo");

  @TempDir Path root;

  private interface Call<T> {
    Object on(T it) throws Exception;
  }

  /** The path of a registry, at whose n-th use by one thread that thread is held. */
  private static final class Steps {
    private final Path path;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile Thread held;
    private int left;

    Steps(Path real) {
      path =
          (Path)
              Proxy.newProxyInstance(
                  Steps.class.getClassLoader(),
                  new Class<?>[] {Path.class},
                  (proxy, method, arguments) -> {
                    step();
                    try {
                      Object result = method.invoke(real, arguments);
                      return real.equals(result) ? proxy : result; // It is absolute already.
                    } catch (InvocationTargetException failure) {
                      throw failure.getCause();
                    }
                  });
    }

    void holdThisThreadAt(int step) {
      left = step;
      held = Thread.currentThread();
    }

    /** That of a client or a server has a directory of its own, which only ends with it. */
    boolean isHeldByAWatch() {
      return Arrays.stream(held.getStackTrace())
          .anyMatch(frame -> frame.getClassName().equals(PolledWatch.class.getName()));
    }

    private void step() throws InterruptedException {
      if (Thread.currentThread() == held && left-- == 0) {
        reached.countDown();
        go.await();
      }
    }
  }

  private static <T> FutureTask<T> start(String name, Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private Set<Integer> directories() {
    Set<Integer> numbers = new TreeSet<>();
    OpenDescriptors.now()
        .forEach(
            (number, target) -> {
              if (target.equals(root.toString())) {
                numbers.add(number);
              }
            });
    return numbers;
  }

  /**
   * Holds a call at one step, and closes.
   *
   * @return false if the call has returned before that step
   */
  private <T extends AutoCloseable> boolean closeAt(
      int step, String name, Function<RegistryOptions, T> open, Call<T> call) throws Exception {
    String what = name + " held at step " + step;
    Set<Integer> before = directories();
    Steps steps = new Steps(root);
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    T it = open.apply(RegistryOptions.defaults().root(steps.path).errorHandler(reported::add));
    Set<Integer> own = directories();
    own.removeAll(before);
    assertFalse(own.isEmpty(), what);
    FutureTask<Object> calling =
        start(
            "calling",
            () -> {
              steps.holdThisThreadAt(step);
              try {
                return call.on(it);
              } finally {
                steps.held = null;
              }
            });
    Eventually.await(what, DEADLINE, () -> steps.reached.getCount() == 0 || calling.isDone());
    boolean isHeld = steps.reached.getCount() == 0;
    Thread[] closer = new Thread[1];
    FutureTask<Object> closing =
        start(
            "closing",
            () -> {
              closer[0] = Thread.currentThread();
              it.close();
              return null;
            });
    if (isHeld) {
      // It may want a lock that the held one has, but no more than that.
      Eventually.await(
          what + ", the close",
          DEADLINE,
          () ->
              closing.isDone()
                  || closer[0] != null && closer[0].getState() == Thread.State.BLOCKED);
      assertTrue(
          steps.isHeldByAWatch() || directories().containsAll(own),
          what + ": the directory was closed beneath it");
    }
    steps.go.countDown();
    Object result = null;
    try {
      result = calling.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      assertTrue(failure.getCause() instanceof ClosedException, () -> what + ": " + failure);
    }
    closing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    if (result instanceof Acquisition
        || result instanceof Ring
        || result instanceof NamedRing
        || result instanceof RequestClient
        || result instanceof RequestServer) {
      ((AutoCloseable) result).close(); // These are the caller's.
    }
    Eventually.await(what + ", nothing is left", DEADLINE, () -> directories().equals(before));
    assertEquals(List.of(), reported, what);
    return isHeld;
  }

  private <T extends AutoCloseable> void closeAtEachStep(
      String name, Function<RegistryOptions, T> open, Call<T> call) throws Exception {
    List<String> names = Alien.names(root);
    int steps = 0;
    boolean isHeld;
    do {
      isHeld = closeAt(steps, name, open, call);
      if (name.equals(CREATES)) {
        try (Registry next = Registry.open(root)) {
          next.gc(); // A ring is handed over to the next member, and here nobody is one.
        }
      }
      assertEquals(names, Alien.names(root), name + " held at step " + steps);
      steps += isHeld ? 1 : 0;
    } while (isHeld);
    assertTrue(steps > 0, name + " has no step");
  }

  /**
   * The names of the public methods that a table of calls, named "method" or "method: what", has.
   */
  private static void assertComplete(Class<?> type, Map<String, ?> table) {
    Set<String> missing = new TreeSet<>();
    for (Method method : type.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
        missing.add(method.getName());
      }
    }
    missing.removeAll(WITHOUT_DIRECTORY);
    table.keySet().forEach(key -> missing.remove(key.split(":")[0]));
    assertEquals(Set.of(), missing, () -> "no call in the table for methods of " + type);
  }

  @Test
  void whatACallOfARegistryUsesIsOpenUntilItReturns() throws Exception {
    try (EventFd event = EventFd.create();
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(1));
        Registry other = Registry.open(root)) {
      other.publish("ring", ring, Capabilities.none());
      ServiceSpec plain = ServiceSpec.named("y");
      ServiceSpec served = plain.descriptor(event.descriptor().number(), DescriptorKind.EVENT);
      Map<String, Call<Registry>> calls = new LinkedHashMap<>();
      calls.put("publish: plain", it -> it.publish(ServiceSpec.named("x")));
      calls.put("publish: with a socket", it -> it.publish(served));
      calls.put("publish: a ring", it -> it.publish("x", ring, Capabilities.none()));
      calls.put("list", Registry::list);
      calls.put("list: some", it -> it.list(Filters.any()));
      calls.put("scan", Registry::scan);
      calls.put("find", it -> it.find("ring"));
      calls.put("find: nothing", it -> it.find("nothing"));
      calls.put("await", it -> it.await("ring", DEADLINE));
      calls.put("await: nothing", it -> it.await("nothing", Duration.ofMillis(1)));
      calls.put("watch", it -> it.watch(service -> {}));
      calls.put("watch: some", it -> it.watch(Filters.any(), service -> {}));
      calls.put("gc", Registry::gc);
      calls.put("acquire", it -> it.acquire("ring"));
      calls.put("joinRing", it -> it.joinRing("ring"));
      RingOptions small = RingOptions.capacity(64 * 1024).maxWaiters(1);
      calls.put("createOrJoinRing: joins", it -> it.createOrJoinRing("ring", small));
      List<GroupOptions> groups = List.of(GroupOptions.named("all"));
      calls.put(CREATES, it -> it.createOrJoinRing("new", small, groups));
      calls.put("adopt", it -> it.adopt(ServiceSpec.named("ring")));
      calls.put("adopt: a ring", it -> it.adopt("ring", ring));
      assertComplete(Registry.class, calls);
      for (Map.Entry<String, Call<Registry>> call : calls.entrySet()) {
        closeAtEachStep(call.getKey(), Registry::open, call.getValue());
      }
    }
  }

  @Test
  void whatACallOfAViewUsesIsOpenUntilItReturns() throws Exception {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(1));
        Registry other = Registry.open(root)) {
      other.publish("ring", ring, Capabilities.none());
      Map<String, Call<RegistryView>> calls = new HashMap<>();
      calls.put("scan", RegistryView::scan);
      calls.put("find", it -> it.find("ring"));
      calls.put("find: nothing", it -> it.find("nothing"));
      calls.put("acquire", it -> it.acquire("ring"));
      calls.put("joinRing", it -> it.joinRing("ring"));
      calls.put("watch", it -> it.watch(service -> {}));
      calls.put("leftovers", RegistryView::leftovers);
      assertComplete(RegistryView.class, calls);
      for (Map.Entry<String, Call<RegistryView>> call : calls.entrySet()) {
        closeAtEachStep("view: " + call.getKey(), RegistryView::open, call.getValue());
      }
    }
  }

  @Test
  void whatClientsAndServersUseOfARegistryIsOpenUntilTheirCallsReturn() throws Exception {
    closeAtEachStep("client", Registry::open, it -> Requests.client(it, "s"));
    closeAtEachStep("server", Registry::open, it -> Requests.server(it, "s"));
    DirectBuffer nothing = new UnsafeBuffer(new byte[0]);
    CallOptions how = CallOptions.timeout(Duration.ZERO).failFast();
    Map<String, Call<RequestClient>> ofClient = new LinkedHashMap<>();
    ofClient.put("client, send", it -> it.send(1, nothing, 0, 0, how));
    ofClient.put("client, claim", it -> it.sender(how).tryClaim(1, 0));
    ofClient.put(
        "client, call",
        it -> assertThrows(CallException.class, () -> it.call(1, nothing, 0, 0, how)));
    ofClient.put("client, close", it -> null);
    for (Map.Entry<String, Call<RequestClient>> call : ofClient.entrySet()) {
      closeBesideUse(call.getKey(), it -> Requests.client(it, "s"), call.getValue());
    }
    closeBesideUse("server, close", it -> Requests.server(it, "s"), it -> null);
  }

  /** The registry is closed beside a call of what was made of it, and its close. */
  private <T extends AutoCloseable> void closeBesideUse(
      String name, Function<Registry, T> make, Call<T> call) throws Exception {
    Map<Registry, T> made = new HashMap<>();
    closeAtEachStep(
        name,
        options -> {
          Registry registry = Registry.open(options);
          made.put(registry, make.apply(registry));
          return registry;
        },
        it -> {
          T one = made.get(it);
          try {
            return call.on(one);
          } finally {
            one.close();
          }
        });
  }

  /** What was published before is inside until it has ended. */
  @Test
  void whatTheEndOfAPublicationUsesIsOpenUntilItReturns() throws Exception {
    Map<Registry, Publication> published = new HashMap<>();
    closeAtEachStep(
        "close of a publication",
        options -> {
          Registry registry = Registry.open(options);
          published.put(registry, registry.publish(ServiceSpec.named("x")));
          return registry;
        },
        it -> {
          published.get(it).close();
          return null;
        });
  }
}
