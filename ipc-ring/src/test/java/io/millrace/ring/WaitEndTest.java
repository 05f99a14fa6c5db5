package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.Signals;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wait ends by an interrupt and by a wake-up, also one that came before; nothing is lost. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitEndTest {
  private static final GroupOptions ALL = GroupOptions.named("all");
  private static final int PID = (int) ProcessHandle.current().pid();

  /** What waits. */
  enum Kind {
    EXCLUSIVE,
    SHARED,
    TYPED_CONSUMER,
    OBSERVER,
    PRODUCER,
    TYPED_PRODUCER,
    WAITABLE,
    POLLER
  }

  /** How it waits. */
  enum Manner {
    BLOCKING(WaitStrategy.blocking()),
    SPINNING(WaitStrategy.spinning()),
    SLEEPING(WaitStrategy.idling(new SleepingMillisIdleStrategy(1))),
    BACKING_OFF(WaitStrategy.idling(new BackoffIdleStrategy(1, 1, 1_000_000, 1_000_000))),
    SPINNING_THEN_BLOCKING(WaitStrategy.spinningThenBlocking(1_000_000));

    private final WaitStrategy strategy;

    Manner(WaitStrategy strategy) {
      this.strategy = strategy;
    }
  }

  /** The wait of a kind: {@code wait} waits for ever and says whether it got something. */
  private static final class Subject implements AutoCloseable {
    private final Ring ring =
        Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY).maxWaiters(2));
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[16 * 1024]);
    private final List<AutoCloseable> handles = new ArrayList<>();
    private final AtomicInteger got = new AtomicInteger();
    private final RecordHandler count = (type, buffer, offset, length) -> got.incrementAndGet();
    private final java.util.function.Function<WaitStrategy, Object> wait;
    private final Runnable wakeup;
    private final Runnable end;
    private final Runnable bring;

    Subject(Kind kind) {
      switch (kind) {
        case OBSERVER -> {
          Observer observer = keep(ring.addObserver());
          wait = how -> observer.poll(count, 10, how, Waitable.FOREVER) > 0;
          wakeup = observer::wakeup;
          end = observer::close;
          bring = writing();
        }
        case PRODUCER, TYPED_PRODUCER -> {
          Consumer slow = keep(ring.addConsumer(ALL));
          Producer producer = keep(ring.addProducer());
          try (Producer filler = ring.addProducer()) {
            while (filler.offer(1, message, 0, 1000) > 0) {
              // Until it is full.
            }
          }
          TypedProducer<Integer> typed = new TypedProducer<>(producer, 1, new OneNumber());
          wait =
              kind == Kind.PRODUCER
                  ? how -> producer.offer(2, message, 0, 1000, how, Waitable.FOREVER) > 0
                  : how -> typed.offer(1, how, Waitable.FOREVER);
          wakeup = producer::wakeup;
          end = producer::close;
          bring = () -> slow.poll((type, buffer, offset, length) -> {}, 1);
        }
        default -> {
          Consumer consumer = keep(ring.addConsumer(kind == Kind.SHARED ? ALL.shared() : ALL));
          switch (kind) {
            case TYPED_CONSUMER -> {
              TypedConsumer typed = new TypedConsumer(consumer);
              wait = how -> typed.poll(10, how, Waitable.FOREVER) > 0;
              wakeup = consumer::wakeup;
              end = consumer::close;
            }
            case WAITABLE -> {
              wait = how -> how.await(consumer.waitForRecords(), Waitable.FOREVER);
              wakeup = consumer::wakeup;
              end = consumer::close;
            }
            case POLLER -> {
              RingPoller poller = keep(new RingPoller());
              AtomicInteger added = new AtomicInteger();
              wait =
                  how -> {
                    if (added.getAndIncrement() == 0) {
                      poller.add(consumer.waitForRecords(), () -> consumer.poll(count, 10));
                    }
                    return poller.await(Waitable.FOREVER) > 0;
                  };
              wakeup = poller::wakeup;
              end = poller::close;
            }
            default -> {
              wait = how -> consumer.poll(count, 10, how, Waitable.FOREVER) > 0;
              wakeup = consumer::wakeup;
              end = consumer::close;
            }
          }
          bring = writing();
        }
      }
    }

    private Runnable writing() {
      Producer producer = keep(ring.addProducer());
      return () -> assertTrue(producer.offer(1, message, 0, 1000) > 0);
    }

    private <T extends AutoCloseable> T keep(T handle) {
      handles.add(0, handle);
      return handle;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(handles);
      ring.close();
    }
  }

  private static final class OneNumber implements RecordEncoder<Integer> {
    @Override
    public int encodedLength(Integer message) {
      return 1000;
    }

    @Override
    public void encode(Integer message, org.agrona.MutableDirectBuffer buffer, int offset) {
      buffer.putInt(offset, message);
    }
  }

  static Stream<Arguments> all() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(Manner.values())
                    .filter(manner -> kind != Kind.POLLER || manner == Manner.BLOCKING)
                    .map(manner -> Arguments.of(kind, manner)));
  }

  /** What one wait gave: whether something was there, and whether the thread was interrupted. */
  private record Result(Object got, boolean interrupted) {}

  /** A thread that waits whenever it is told to. */
  private static final class Waiting implements AutoCloseable {
    private final SynchronousQueue<Runnable> orders = new SynchronousQueue<>();
    private final SynchronousQueue<Object> results = new SynchronousQueue<>();
    private final Thread thread = new Thread(this::run, "waiting");
    private final Subject subject;
    private final WaitStrategy strategy;

    Waiting(Subject subject, Manner manner) {
      this.subject = subject;
      strategy = manner.strategy;
      thread.start();
    }

    private void run() {
      try {
        for (Runnable before = orders.take(); before != END; before = orders.take()) {
          before.run();
          Object result;
          try {
            Object got = subject.wait.apply(strategy);
            result = new Result(got, Thread.interrupted());
          } catch (RuntimeException | Error failure) {
            Thread.interrupted();
            result = failure;
          }
          results.put(result);
        }
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
    }

    private static final Runnable END = () -> {};

    void begin(Runnable before) throws InterruptedException {
      orders.put(before);
    }

    void awaitAsleep(Manner manner) {
      if (manner == Manner.BLOCKING || manner == Manner.SPINNING_THEN_BLOCKING) {
        Signals.awaitSleepersInEpoll(PID, 1);
      }
    }

    void assertEnds(boolean got, boolean interrupted) throws InterruptedException {
      Object result = results.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertEquals(new Result(got, interrupted), result);
    }

    @Override
    public void close() {
      try {
        orders.offer(END, SOON.toSeconds(), TimeUnit.SECONDS);
        thread.join(SOON.toMillis());
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
      assertFalse(thread.isAlive());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void anInterruptEndsAWaitKeepsItsFlagAndLosesNothing(Kind kind, Manner manner) throws Exception {
    try (Subject subject = new Subject(kind);
        Waiting waiting = new Waiting(subject, manner)) {
      waiting.begin(() -> {});
      waiting.awaitAsleep(manner);
      waiting.thread.interrupt();
      waiting.assertEnds(false, true);
      waiting.begin(() -> Thread.currentThread().interrupt());
      waiting.assertEnds(false, true);
      waiting.begin(() -> {});
      waiting.awaitAsleep(manner);
      subject.bring.run();
      waiting.assertEnds(true, false);
      if (kind != Kind.PRODUCER && kind != Kind.TYPED_PRODUCER && kind != Kind.WAITABLE) {
        subject.bring.run(); // What is there is delivered to an interrupted thread, too.
        waiting.begin(() -> Thread.currentThread().interrupt());
        waiting.assertEnds(true, true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aWakeUpEndsOneWaitAlsoIfItCameBefore(Kind kind, Manner manner) throws Exception {
    try (Subject subject = new Subject(kind);
        Waiting waiting = new Waiting(subject, manner)) {
      waiting.begin(() -> {});
      waiting.awaitAsleep(manner);
      subject.wakeup.run();
      waiting.assertEnds(false, false);
      subject.wakeup.run();
      subject.wakeup.run();
      waiting.begin(() -> {});
      waiting.assertEnds(false, false);
      waiting.begin(() -> {});
      waiting.awaitAsleep(manner);
      assertNull(waiting.results.poll(), "one wake-up ended two waits");
      subject.bring.run();
      waiting.assertEnds(true, false);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aCloseEndsAWaitWithAnException(Kind kind, Manner manner) throws Exception {
    try (Subject subject = new Subject(kind);
        Waiting waiting = new Waiting(subject, manner)) {
      waiting.begin(() -> {});
      waiting.awaitAsleep(manner);
      subject.end.run();
      Object result = waiting.results.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertInstanceOf(ClosedException.class, result);
    }
  }

  /** The close comes between the two questions of a loop that looks. */
  @ParameterizedTest
  @EnumSource(names = {"SPINNING", "SLEEPING", "BACKING_OFF", "SPINNING_THEN_BLOCKING"})
  void aCloseIsNotTakenForAWakeUp(Manner manner) throws Exception {
    try (Subject subject = new Subject(Kind.WAITABLE)) {
      Consumer consumer = (Consumer) subject.handles.get(1);
      Waitable closing =
          (Waitable)
              Proxy.newProxyInstance(
                  Waitable.class.getClassLoader(),
                  new Class<?>[] {Waitable.class},
                  new InvocationHandler() {
                    private final Waitable real = consumer.waitForRecords();

                    @Override
                    public Object invoke(Object proxy, Method method, Object[] arguments)
                        throws Throwable {
                      if (method.getName().equals("isWoken")) {
                        consumer.close();
                      }
                      try {
                        return method.invoke(real, arguments);
                      } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                      }
                    }
                  });
      assertThrows(ClosedException.class, () -> manner.strategy.await(closing, Waitable.FOREVER));
    }
  }

  /** A strategy of the application that knows of nothing but await. */
  @Test
  void aWakeUpInsideAStrategyEndsTheCallThatWaits() throws Exception {
    try (Subject subject = new Subject(Kind.EXCLUSIVE)) {
      WaitStrategy slices = (waitable, nanos) -> waitable.await(Math.min(nanos, 1_000_000));
      subject.wakeup.run();
      assertEquals(false, subject.wait.apply(slices));
    }
  }

  @Test
  void aWakeUpOfAWaitableEndsTheWaitOfItsPoller() throws Exception {
    try (Subject subject = new Subject(Kind.POLLER);
        Ring other = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY));
        Consumer consumer = other.addConsumer(ALL)) {
      RingPoller poller = (RingPoller) subject.handles.get(1);
      poller.add(consumer.waitForRecords(), () -> {});
      consumer.wakeup();
      assertEquals(false, subject.wait.apply(null));
      assertFalse(consumer.waitForRecords().isWoken());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EXCLUSIVE", "OBSERVER", "PRODUCER"})
  void aForeignLoopIsWokenThroughTheDescriptor(Kind kind) throws Exception {
    try (Subject subject = new Subject(kind);
        io.millrace.os.Epoll loop = new io.millrace.os.Epoll()) {
      Waitable waitable =
          switch (subject.handles.get(kind == Kind.PRODUCER ? 0 : 1)) {
            case Consumer consumer -> consumer.waitForRecords();
            case Observer observer -> observer.waitForRecords();
            case Producer producer -> producer.waitForSpace(1000);
            default -> throw new AssertionError();
          };
      loop.add(waitable.descriptor(), io.millrace.os.Epoll.IN, 1);
      assertTrue(waitable.prepareWait());
      assertEquals(0, loop.await(0));
      subject.wakeup.run();
      assertEquals(1, loop.await((int) SOON.toMillis()));
      assertFalse(waitable.prepareWait());
      assertTrue(waitable.isWoken());
      waitable.cancelWait();
      assertFalse(waitable.isWoken());
      assertTrue(waitable.prepareWait());
      waitable.cancelWait();
    }
  }

  @Test
  void wakingWhatIsClosedDoesNothing() throws Exception {
    for (Kind kind : Kind.values()) {
      Subject subject = new Subject(kind);
      subject.close();
      subject.wakeup.run();
    }
  }

  /** Agrona interrupts an agent that does not end by itself in the given time. */
  @Test
  void anAgentThatSleepsInItsWorkIsStoppedByItsRunner() throws InterruptedException {
    try (Ring ring = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY))) {
      CountDownLatch closed = new CountDownLatch(1);
      Agent agent =
          new Agent() {
            private Consumer consumer;

            @Override
            public void onStart() {
              consumer = ring.addConsumer(ALL);
            }

            @Override
            public int doWork() {
              return consumer.poll(
                  (type, buffer, offset, length) -> {},
                  10,
                  WaitStrategy.blocking(),
                  Waitable.FOREVER);
            }

            @Override
            public void onClose() {
              consumer.close();
              closed.countDown();
            }

            @Override
            public String roleName() {
              return "sleeper";
            }
          };
      AgentRunner runner = new AgentRunner(new NoOpIdleStrategy(), failure -> {}, null, agent);
      Thread thread = AgentRunner.startOnThread(runner);
      Signals.awaitSleepersInEpoll(PID, 1);
      runner.close(10, stillThere -> {});
      assertTrue(closed.await(SOON.toSeconds(), TimeUnit.SECONDS));
      thread.join(SOON.toMillis());
      assertFalse(thread.isAlive());
      assertEquals(List.of(), ring.counters().consumers());
    }
  }
}
