package io.millrace.message;

import io.millrace.ring.RecordHandler;
import java.lang.invoke.MethodHandles;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Carries requests to an answerer in the same thread, and what it answers back. */
final class Loopback implements CallSender {
  private static final int LONGEST = 1 << 16;

  final MessageAnswerer answerer;
  UnaryOperator<Captured.Sent> request = sent -> sent;
  UnaryOperator<Captured.Sent> reply = sent -> sent;
  Captured.Sent lastRequest;
  Captured.Sent lastReply;

  private Loopback(MessageAnswerer answerer) {
    this.answerer = answerer;
  }

  static <T> Loopback to(Class<T> type, T implementation) {
    return new Loopback(Messages.answerer(MethodHandles.lookup(), type, implementation));
  }

  <T> T caller(Class<T> type) {
    return Messages.caller(MethodHandles.lookup(), type, this).calls();
  }

  /** A request that is for none of its methods. */
  static final class UnknownMethodException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void send(int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
    byte[] payload = new byte[length];
    buffer.getBytes(offset, payload);
    lastRequest = request.apply(new Captured.Sent(type, payload));
    lastReply = reply.apply(answer(lastRequest));
    byte[] bytes = lastReply.payload();
    result.onRecord(lastReply.type(), new UnsafeBuffer(bytes), 0, bytes.length);
  }

  Captured.Sent answer(Captured.Sent asked) {
    Captured replies = new Captured();
    byte[] bytes = asked.payload();
    if (!answerer.answer(asked.type(), new UnsafeBuffer(bytes), 0, bytes.length, replies)) {
      throw new UnknownMethodException();
    }
    return replies.sent.get(0);
  }

  @Override
  public int maxRequestLength() {
    return LONGEST;
  }
}
