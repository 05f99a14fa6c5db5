package io.millrace.ring;

import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads messages through a consumer: each kind of record with its own decoder and handler, in place
 * and without allocation.
 *
 * <pre>{@code
 * TypedConsumer messages = new TypedConsumer(consumer)
 *     .on(QUOTE, quoteCodec, quote -> price(quote))
 *     .on(TRADE, tradeCodec, trade -> book(trade));
 * messages.poll(100);
 * }</pre>
 *
 * <p>The consumer stays owned by the caller. Used by its thread.
 */
public final class TypedConsumer {
  private final Consumer consumer;
  private final Int2ObjectHashMap<Route<?>> routes = new Int2ObjectHashMap<>();
  private final Dispatcher dispatcher = new Dispatcher();
  private long unhandled;
  private RecordHandler otherwise = (type, buffer, offset, length) -> unhandled++;

  /**
   * Makes a typed consumer that knows no type yet.
   *
   * @param consumer where the records come from
   * @throws NullPointerException if it is null
   */
  public TypedConsumer(Consumer consumer) {
    this.consumer = Objects.requireNonNull(consumer, "consumer");
  }

  /**
   * Says what to do with records of a type.
   *
   * @param type the type of the records
   * @param decoder reads the payload
   * @param handler receives the message
   * @param <T> the kind of message
   * @return this
   * @throws IllegalArgumentException if the type has a handler already, or is below 0
   * @throws NullPointerException if the decoder or the handler is null
   */
  public <T> TypedConsumer on(
      int type, RecordDecoder<? extends T> decoder, TypedHandler<? super T> handler) {
    Objects.requireNonNull(decoder, "decoder");
    Objects.requireNonNull(handler, "handler");
    if (type < 0) {
      throw new IllegalArgumentException("a record's type is 0 or more, not " + type);
    }
    if (routes.containsKey(type)) {
      throw new IllegalArgumentException("type " + type + " has a handler already");
    }
    routes.put(type, new Route<T>(decoder, handler));
    return this;
  }

  /**
   * Says what to do with records of all other types. Without this they are passed over and counted.
   *
   * @param handler receives them
   * @return this
   * @throws NullPointerException if it is null
   */
  public TypedConsumer otherwise(RecordHandler handler) {
    otherwise = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Delivers messages that are there, and returns without waiting.
   *
   * @param limit how many records to take at most; less than 1 takes none
   * @return how many records were taken, 0 if there is none now
   * @see Consumer#poll(RecordHandler, int)
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public int poll(int limit) {
    return consumer.poll(dispatcher, limit);
  }

  /**
   * Delivers messages, and waits for the first one if there is none.
   *
   * @param limit how many records to take at most; less than 1 takes none and waits for nothing
   * @param wait how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many records were taken, 0 if none came in time or before the wait was ended
   * @throws NullPointerException if the strategy is null
   * @see Consumer#poll(RecordHandler, int, WaitStrategy, long)
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public int poll(int limit, WaitStrategy wait, long timeoutNanos) {
    return consumer.poll(dispatcher, limit, wait, timeoutNanos);
  }

  /**
   * Records of types that nobody asked for.
   *
   * @return how many were passed over
   */
  public long unhandled() {
    return unhandled;
  }

  private final class Dispatcher implements RecordHandler {
    @Override
    public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
      Route<?> route = routes.get(type);
      if (route == null) {
        otherwise.onRecord(type, buffer, offset, length);
      } else {
        route.deliver(buffer, offset, length, false);
      }
    }

    @Override
    public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
      Route<?> route = routes.get(type);
      if (route == null) {
        otherwise.onRedelivery(type, buffer, offset, length);
      } else {
        route.deliver(buffer, offset, length, true);
      }
    }
  }

  /** The way of one type, from the payload to the application. */
  private static final class Route<T> {
    private final RecordDecoder<? extends T> decoder;
    private final TypedHandler<? super T> handler;
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);

    Route(RecordDecoder<? extends T> decoder, TypedHandler<? super T> handler) {
      this.decoder = decoder;
      this.handler = handler;
    }

    void deliver(DirectBuffer buffer, int offset, int length, boolean redelivered) {
      // Just the payload: a wrong decoder reads nobody else's records.
      payload.wrap(buffer, offset, length);
      try {
        T message = decoder.decode(payload, 0, length);
        if (redelivered) {
          handler.onRedelivery(message);
        } else {
          handler.onMessage(message);
        }
      } finally {
        // A flyweight that outlives the call must not reach the memory. The address stays: another
        // thread may be using it at this moment.
        payload.wrap(buffer, offset, 0);
      }
    }
  }
}
