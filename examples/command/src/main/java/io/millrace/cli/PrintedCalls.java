package io.millrace.cli;

import io.millrace.request.CallFailure;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.CallOptions;
import io.millrace.request.ReplyHandler;
import io.millrace.request.RequestClient;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Help.Ansi.Style;

/** Calls that are made one after the other, and whose replies are printed. Used by one thread. */
final class PrintedCalls implements ReplyHandler {
  private static final int BATCH = 64;
  private static final long ROOM_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final RequestClient client;
  private final Output output;
  private final PayloadFormat format;
  private final long most;

  private long printed;
  private boolean isOver;
  private boolean isInterrupted;
  private CallFailure failure;

  /**
   * One reply.
   *
   * @param type its type
   * @param length bytes of payload
   * @param last whether it is the last one
   * @param payload the payload
   */
  private record Line(int type, int length, boolean last, Object payload) {}

  /**
   * Prints to an output.
   *
   * @param most how many replies are wanted, to all calls together
   */
  PrintedCalls(RequestClient client, Output output, PayloadFormat format, long most) {
    this.client = client;
    this.output = output;
    this.format = format;
    this.most = most;
  }

  /** Whether more replies are wanted, and nobody has interrupted. */
  boolean goesOn() {
    return printed < most && !isInterrupted;
  }

  int maxRequestLength() {
    return client.maxRequestLength();
  }

  /**
   * Makes a call and prints what comes.
   *
   * @return why there is no last reply; null if there is one, or nobody wants it any more
   */
  CallFailure make(int type, byte[] request, CallOptions how) {
    isOver = false;
    failure = null;
    try (UntilInterrupted running = new UntilInterrupted()) {
      running.onEnd(client::wakeup);
      long call = send(running, type, request, how);
      boolean isRead = true;
      while (!isOver && goesOn() && isRead) {
        client.poll(this, BATCH, WaitStrategy.blocking(), Waitable.FOREVER);
        isRead = output.flush();
        isInterrupted |= !running.goesOn();
      }
      if (!isOver && client.cancel(call) && isInterrupted) {
        output.note("interrupted: the call is cancelled");
      }
    }
    return failure;
  }

  /** Waits for room while a server still has an earlier request in hand. */
  private long send(UntilInterrupted running, int type, byte[] request, CallOptions how) {
    UnsafeBuffer buffer = new UnsafeBuffer(request);
    long start = System.nanoTime();
    long call = client.send(type, buffer, 0, request.length, how);
    while (call == RequestClient.BACK_PRESSURED && running.goesOn()) {
      if (how.timeout().minusNanos(System.nanoTime() - start).isNegative()) {
        onFailure(call, new CallFailure(Reason.EXPIRED, "", ""));
        return call;
      }
      client.poll(this, BATCH, WaitStrategy.blocking(), ROOM_PAUSE_NANOS);
      call = client.send(type, buffer, 0, request.length, how);
    }
    if (call == RequestClient.NO_SERVER) {
      onFailure(call, new CallFailure(Reason.NO_SERVER, "", ""));
    }
    isInterrupted = !running.goesOn();
    return call;
  }

  @Override
  public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
    print(type, buffer, offset, length, true);
    isOver = true;
  }

  @Override
  public void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
    print(type, buffer, offset, length, false);
  }

  @Override
  public void onRestart(long call) {
    output.note("the server died: the replies come again from the first, of another one");
  }

  @Override
  public void onFailure(long call, CallFailure why) {
    failure = why;
    isOver = true;
  }

  private void print(int type, DirectBuffer buffer, int offset, int length, boolean last) {
    if (printed == most) {
      return;
    }
    printed++;
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    if (output.isJson()) {
      output.print(new Line(type, length, last, format.toJson(bytes)), () -> "");
    } else {
      String header = "type " + type + "  " + length + " bytes  ";
      output.print(output.styled(Style.faint, header) + format.toText(bytes));
    }
  }
}
