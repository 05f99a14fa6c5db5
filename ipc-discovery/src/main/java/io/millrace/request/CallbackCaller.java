package io.millrace.request;

import io.millrace.message.CallSender;
import io.millrace.message.MessageCaller;
import io.millrace.message.Messages;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Makes the calls of an interface without waiting for them. Made by {@link Requests#callbacks}.
 *
 * <pre>{@code
 * caller.call(orders -> orders.price(id), (price, failure) -> show(price));
 * caller.run(orders -> orders.cancel(id), (nothing, failure) -> check(failure));
 * caller.poll(10);
 * }</pre>
 *
 * <p>Used as its client is, by one thread, and the client makes no other calls meanwhile. Results
 * of primitive types are boxed for the handler.
 *
 * @param <T> the interface
 */
public final class CallbackCaller<T> {
  private static final int NOT_SENT = 0;

  private final RequestClient client;
  private final CallOptions how;
  private final MessageCaller<T> caller;
  private final Long2ObjectHashMap<OpenResult> open = new Long2ObjectHashMap<>();
  private final ReplyHandler replies = new Replies();
  private boolean isCalling;
  private long sent;
  private int sentType;

  /** One that has not ended. */
  private record OpenResult(int request, ResultHandler<Object> handler) {}

  CallbackCaller(Lookup lookup, Class<T> type, RequestClient client, CallOptions how) {
    this.client = client;
    this.how = InterfaceCalls.requireOneReply(how);
    caller = Messages.caller(lookup, type, new Sending());
  }

  /** Sends, and lets the method return nothing. */
  private final class Sending implements CallSender {
    @Override
    public void send(int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
      if (!isCalling || sent != NOT_SENT) {
        throw new IllegalStateException("one method is called, once, by what is given to call");
      }
      sent = client.send(type, buffer, offset, length, how);
      sentType = type;
    }

    @Override
    public int maxRequestLength() {
      return client.maxRequestLength();
    }
  }

  /**
   * Calls a method that has a result; does not wait.
   *
   * @param call calls one method of the interface that it is given, and returns what that returns,
   *     which means nothing yet
   * @param handler is told how the call ends, by {@link #poll(int)}
   * @param <R> the type of the result
   * @return the number of the call, or {@link RequestClient#BACK_PRESSURED} or {@link
   *     RequestClient#NO_SERVER}, and then the handler is told nothing
   * @throws IllegalArgumentException if an argument cannot be encoded
   * @throws IllegalStateException if no method was called, or more than one
   * @throws NullPointerException if something is null that may not be
   */
  public <R> long call(Function<? super T, ? extends R> call, ResultHandler<? super R> handler) {
    Objects.requireNonNull(call, "call");
    return send(call::apply, handler);
  }

  /**
   * Calls a method that has no result; does not wait.
   *
   * @param call calls one method of the interface that it is given
   * @param handler is told how the call ends, by {@link #poll(int)}; the result is null
   * @return the number of the call, or {@link RequestClient#BACK_PRESSURED} or {@link
   *     RequestClient#NO_SERVER}, and then the handler is told nothing
   * @throws IllegalArgumentException if an argument cannot be encoded
   * @throws IllegalStateException if no method was called, or more than one
   * @throws NullPointerException if something is null that may not be
   */
  public long run(Consumer<? super T> call, ResultHandler<? super Void> handler) {
    Objects.requireNonNull(call, "call");
    return send(call, handler);
  }

  @SuppressWarnings("unchecked") // What a method returns is what its reply is read as.
  private long send(Consumer<? super T> call, ResultHandler<?> handler) {
    Objects.requireNonNull(handler, "handler");
    if (isCalling) {
      throw new IllegalStateException("one call at a time: another one is just being made");
    }
    isCalling = true;
    sent = NOT_SENT;
    try {
      call.accept(caller.calls());
    } finally {
      isCalling = false;
      if (sent > NOT_SENT) {
        open.put(sent, new OpenResult(sentType, (ResultHandler<Object>) handler));
      }
    }
    if (sent == NOT_SENT) {
      throw new IllegalStateException("no method was called");
    }
    return sent;
  }

  /** Finds out whose reply it is. Forgets a call when its handler has returned. */
  private final class Replies implements ReplyHandler {
    @Override
    public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
      OpenResult result = open.get(call);
      if (result != null) {
        Object read = null;
        CallFailure failure = null;
        try {
          read = caller.result(result.request(), type, buffer, offset, length);
        } catch (RuntimeException why) {
          // Also of a record that refuses what it is made of: that must not keep all that follows.
          failure = InterfaceCalls.damage(why);
        }
        end(call, result, read, failure);
      }
    }

    @Override
    public void onFailure(long call, CallFailure failure) {
      OpenResult result = open.get(call);
      if (result != null) {
        end(call, result, null, failure);
      }
    }

    private void end(long call, OpenResult result, Object read, CallFailure failure) {
      result.handler().onEnd(read, failure);
      open.remove(call);
    }
  }

  /**
   * Tells handlers how calls have ended by now; does not wait.
   *
   * @param limit how many at most
   * @return how many were told
   * @see RequestClient#poll(ReplyHandler, int)
   * @throws io.millrace.discovery.model.RootException as for the poll of the client
   * @throws io.millrace.ring.DamagedRingException if a server has damaged the reply ring
   */
  public int poll(int limit) {
    return client.poll(replies, limit);
  }

  /**
   * Tells handlers how calls have ended, and waits for the first one if there is none.
   *
   * @param limit how many at most; less than 1 tells nothing and waits for nothing
   * @param strategy how to wait
   * @param timeoutNanos how long at most, in nanoseconds
   * @return how many were told, 0 if none ended in time or before the wait was ended
   * @see RequestClient#poll(ReplyHandler, int, WaitStrategy, long)
   * @throws io.millrace.discovery.model.RootException as for the poll of the client
   * @throws io.millrace.ring.DamagedRingException if a server has damaged the reply ring
   */
  public int poll(int limit, WaitStrategy strategy, long timeoutNanos) {
    return client.poll(replies, limit, strategy, timeoutNanos);
  }

  /**
   * Gives a call up: its handler is told nothing.
   *
   * @param call what {@link #call} or {@link #run} returned
   * @return false if it has ended already
   */
  public boolean cancel(long call) {
    boolean isCancelled = client.cancel(call);
    open.remove(call);
    return isCancelled;
  }
}
