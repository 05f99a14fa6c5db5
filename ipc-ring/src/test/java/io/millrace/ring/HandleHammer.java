package io.millrace.ring;

import io.millrace.ForeignThreadException;
import io.millrace.SystemCallException;
import io.millrace.testkit.Hammer;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Every public method of every handle of a ring, from two threads, while a third closes; in a
 * process of its own, which a mistake would kill. What handlers and claims were given is read
 * during all that, and written to afterwards.
 */
final class HandleHammer {
  private static final int CAPACITY = 64 * 1024;

  private final Random random;
  private final Hammer hammer;
  private volatile Waitable waitable;
  private volatile DirectBuffer escaped = new UnsafeBuffer(new byte[CAPACITY]);

  private HandleHammer(long seed) {
    random = new Random(seed);
    UnsafeBuffer source = new UnsafeBuffer(new byte[256]);
    List<WaitStrategy> waits =
        List.of(
            WaitStrategy.blocking(),
            WaitStrategy.spinning(),
            WaitStrategy.spinningThenBlocking(10_000));
    Runnable nothing = () -> {};
    TypedMessage typed = new TypedMessage();
    hammer =
        new Hammer(seed, HandleHammer::isAllowed)
            .argument(int.class, among(0, 1, 2, 8, 16, 64))
            .argument(long.class, among(-1L, 0L, 1L, 1_000L, 100_000L))
            .argument(String.class, among("all", "some", "none"))
            .argument(DirectBuffer.class, among(source))
            .argument(GroupOptions.class, among(options()))
            .argument(RecordHandler.class, among(this::handle, this::handleAndThrow))
            .argument(ControlledRecordHandler.class, r -> controlled(r))
            .argument(MessageHandler.class, among((MessageHandler) this::handle))
            .argument(ControlledMessageHandler.class, among(HandleHammer::controlledMessage))
            .argument(WaitStrategy.class, r -> waits.get(r.nextInt(waits.size())))
            .argument(IdleStrategy.class, among((IdleStrategy) null))
            .argument(Runnable.class, among(nothing))
            .argument(Waitable.class, r -> waitable)
            .argument(Object.class, among("a message"))
            .argument(RecordDecoder.class, among(typed))
            .argument(TypedHandler.class, among((TypedHandler<Object>) message -> {}))
            .argument(Throwable.class, among((Throwable) null))
            .follow(Batch.class, Waitable.class, RingCounters.class)
            .spare("on", "otherwise");
  }

  /** A message of eight bytes. */
  private static final class TypedMessage
      implements RecordEncoder<Object>, RecordDecoder<UnsafeBuffer> {
    @Override
    public int encodedLength(Object message) {
      return 8;
    }

    @Override
    public void encode(Object message, MutableDirectBuffer buffer, int offset) {
      buffer.putLong(offset, 42);
    }

    @Override
    public UnsafeBuffer decode(DirectBuffer buffer, int offset, int length) {
      return (UnsafeBuffer) buffer;
    }
  }

  @SafeVarargs
  private static <T> Function<Random, T> among(T... values) {
    return random -> values[random.nextInt(values.length)];
  }

  private static Function<Random, RecordHandler> among(RecordHandler one, RecordHandler other) {
    return random -> random.nextInt(8) == 0 ? other : one;
  }

  private static Function<Random, ControlledMessageHandler> among(ControlledMessageHandler one) {
    return random -> one;
  }

  private static GroupOptions[] options() {
    GroupOptions all = GroupOptions.named("all");
    GroupOptions some = GroupOptions.named("some").shared();
    return new GroupOptions[] {all, all.retained(), some, some.retained()};
  }

  private static ControlledRecordHandler controlled(Random random) {
    ControlledRecordHandler.Action[] actions = ControlledRecordHandler.Action.values();
    ControlledRecordHandler.Action action = actions[random.nextInt(actions.length)];
    return (type, buffer, offset, length, redelivered) -> action;
  }

  private static ControlledMessageHandler.Action controlledMessage(
      int type, DirectBuffer buffer, int offset, int length) {
    return ControlledMessageHandler.Action.CONTINUE;
  }

  private void handle(int type, DirectBuffer buffer, int offset, int length) {
    escaped = buffer;
  }

  private void handleAndThrow(int type, DirectBuffer buffer, int offset, int length) {
    throw new IllegalStateException("a handler that throws");
  }

  private static boolean isAllowed(Throwable thrown) {
    return thrown instanceof IllegalStateException // Closed, another thread's, inside a handler.
        || thrown instanceof ForeignThreadException
        || thrown instanceof IllegalArgumentException
        || thrown instanceof GroupInUseException
        || thrown instanceof SystemCallException // A poller is given what cannot be polled.
        || thrown instanceof NoFreeSlotException;
  }

  private void round() throws InterruptedException {
    Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxConsumers(16));
    Producer producer = ring.addProducer();
    Producer other = ring.addProducer();
    Consumer exclusive = ring.addConsumer(GroupOptions.named("all"));
    Consumer shared = ring.addConsumer(GroupOptions.named("some").shared());
    Observer observer = ring.addObserver();
    AgronaRingBuffer agrona = AgronaRingBuffer.of(ring, "agrona");
    RingPoller poller = new RingPoller();
    TypedMessage typed = new TypedMessage();
    TypedConsumer messages = new TypedConsumer(ring.addConsumer(GroupOptions.named("typed")));
    messages.on(1, typed, message -> escaped = message);
    List<AutoCloseable> all = List.of(producer, exclusive, shared, observer, agrona);
    AutoCloseable first = all.get(random.nextInt(all.size()));
    DirectBuffer claimed = producer.buffer();
    waitable = exclusive.waitForRecords();
    hammer.strike(
        2,
        () -> {
          close(first);
          touch(escaped);
          ring.close();
          poller.close();
        },
        ring,
        producer,
        exclusive,
        shared,
        observer,
        agrona,
        poller,
        ring.counters(),
        messages,
        new TypedProducer<Object>(other, 1, typed));
    // Claims that a thread has left open end with it.
    ring.close();
    touch(claimed);
    touch(escaped);
  }

  private static void close(AutoCloseable handle) {
    try {
      handle.close();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  /** What escaped is harmless. */
  private static void touch(DirectBuffer escaped) {
    try {
      escaped.getLong(64);
      ((MutableDirectBuffer) escaped).putLong(64, 1);
    } catch (IndexOutOfBoundsException closed) {
      // Said by Agrona's bounds checks, where they are on.
    }
  }

  /**
   * Prints "done", or dies.
   *
   * @param arguments the seed and the number of rounds
   */
  public static void main(String[] arguments) throws InterruptedException {
    HandleHammer hammer = new HandleHammer(Long.parseLong(arguments[0]));
    int rounds = Integer.parseInt(arguments[1]);
    for (int i = 0; i < rounds; i++) {
      hammer.round();
    }
    System.out.println("done");
  }
}
