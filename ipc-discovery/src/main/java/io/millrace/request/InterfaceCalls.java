package io.millrace.request;

import io.millrace.message.CallSender;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.RecordHandler;
import org.agrona.DirectBuffer;

/** Sends the calls of an interface through a client, and waits for each of them. */
final class InterfaceCalls implements CallSender {
  private final RequestClient client;
  private final CallOptions how;

  InterfaceCalls(RequestClient client, CallOptions how) {
    this.client = client;
    this.how = requireOneReply(how);
  }

  static CallOptions requireOneReply(CallOptions how) {
    if (how.window() > 0) {
      throw new IllegalArgumentException(
          "a result is one reply, there is no stream of them: leave stream(" + how.window() + ")");
    }
    return how;
  }

  static CallFailure damage(RuntimeException why) {
    return new CallFailure(Reason.DAMAGED, "", String.valueOf(why.getMessage()));
  }

  @Override
  public void send(int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
    Reply reply = client.call(type, buffer, offset, length, how);
    try {
      result.onRecord(reply.type(), reply.buffer(), 0, reply.length());
    } catch (RuntimeException why) {
      CallException failure = new CallException(damage(why));
      failure.initCause(why);
      throw failure;
    }
  }

  @Override
  public int maxRequestLength() {
    return client.maxRequestLength();
  }
}
