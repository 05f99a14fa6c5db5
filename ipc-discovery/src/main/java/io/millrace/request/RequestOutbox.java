package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.os.Deadline;
import io.millrace.ring.Producer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends the requests of a client, one at once or written in place, and says to servers how its
 * calls stand. Used by the client's thread.
 */
final class RequestOutbox {
  /** How long to rest while there is no room for a request, which nobody announces. */
  static final long ROOM_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final OpenCalls calls;
  private final Servers servers;
  private final int greatestReply;
  private final Producer requests;
  private final CallTable table;
  private final ServerBell bell;
  private final UnsafeBuffer header = new UnsafeBuffer(new byte[REQUEST_HEADER]);

  /** Whose request is being written in place; null if none is. */
  private OpenCall claimed;

  private int claimedIndex;
  private int claimedType;
  private int claimedLength;

  private long nextResend = System.nanoTime();

  RequestOutbox(ClientRings rings, OpenCalls calls, Servers servers, int greatestReply) {
    this.calls = calls;
    this.servers = servers;
    this.greatestReply = greatestReply;
    requests = rings.requests;
    table = rings.table;
    bell = rings.bell;
  }

  int maxLength() {
    return requests.maxMessageLength() - REQUEST_HEADER;
  }

  /** Returns the number of the call, or that it was not sent. */
  long send(int type, DirectBuffer buffer, int offset, int length, CallOptions how, long deadline) {
    requireRequest(type, length);
    buffer.boundsCheck(offset, length);
    if (how.isFailFast() && !servers.areAny()) {
      return RequestClient.NO_SERVER;
    }
    OpenCall call = begin(how, deadline);
    if (call == null) {
      return RequestClient.BACK_PRESSURED;
    }
    boolean sent = false;
    calls.open(call);
    try {
      if (how.isIdempotent()) {
        call.keep(type, buffer, offset, length);
      }
      sent = offer(call, 0, type, buffer, offset, length);
    } finally {
      if (!sent) {
        end(call);
      }
    }
    return sent ? call.correlation : RequestClient.BACK_PRESSURED;
  }

  /** Returns null if there is no room for its replies now. */
  private OpenCall begin(CallOptions how, long deadline) {
    OpenCall call = calls.begin(how, deadline);
    if (call == null && !calls.canEverHold(how)) {
      throw new IllegalArgumentException(
          "a window of "
              + how.window()
              + " replies of up to "
              + greatestReply
              + " bytes: there is no room for it, give ClientOptions.replyCapacity more");
    }
    return call;
  }

  private boolean offer(
      OpenCall call, int attempts, int type, DirectBuffer buffer, int offset, int length) {
    show(call, attempts, header, 0);
    return requests.offer(type, header, 0, REQUEST_HEADER, buffer, offset, length) >= 0;
  }

  private void show(OpenCall call, int attempts, MutableDirectBuffer to, int at) {
    int window = call.options.window();
    table.open(call.correlation, CallLayout.credit(attempts + 1, window), call.deadline, window);
    to.putLong(at + REQUEST_CORRELATION, call.correlation);
    to.putInt(at + REQUEST_ATTEMPT, attempts);
    to.putInt(at + REQUEST_LIMITS, CallLayout.limits(call.deadline, window));
  }

  /** Returns the index of the payload in the buffer, or that there is no room or no server. */
  int tryClaim(int type, int length, CallOptions how) {
    requireRequest(type, length);
    if (claimed != null) {
      throw new IllegalStateException("a request is claimed already: commit or abort it first");
    }
    if (how.isFailFast() && !servers.areAny()) {
      return RequestClient.NO_SERVER;
    }
    OpenCall call = begin(how, Deadline.after(how.timeout()));
    if (call == null) {
      return RequestClient.BACK_PRESSURED;
    }
    int index = RequestClient.BACK_PRESSURED;
    try {
      index = requests.tryClaim(type, REQUEST_HEADER + length);
    } finally {
      if (index < 0) {
        end(call);
      }
    }
    if (index < 0) {
      return RequestClient.BACK_PRESSURED;
    }
    claimed = call;
    claimedIndex = index + REQUEST_HEADER;
    claimedType = type;
    claimedLength = length;
    return claimedIndex;
  }

  MutableDirectBuffer buffer() {
    return requests.buffer();
  }

  long commit(int index) {
    OpenCall call = requireClaimed(index);
    if (call.options.isIdempotent()) {
      call.keep(claimedType, requests.buffer(), index, claimedLength);
    }
    int at = index - REQUEST_HEADER;
    calls.open(call);
    show(call, 0, requests.buffer(), at);
    requests.commit(at);
    claimed = null;
    return call.correlation;
  }

  void abort(int index) {
    OpenCall call = requireClaimed(index);
    requests.abort(index - REQUEST_HEADER);
    claimed = null;
    end(call);
  }

  /** Aborts the claim of a client that was closed meanwhile, if it is that. */
  void abandon(int index) {
    if (claimed != null && index == claimedIndex) {
      claimed = null;
      requests.abort(index - REQUEST_HEADER);
    }
  }

  private OpenCall requireClaimed(int index) {
    if (claimed == null || index != claimedIndex) {
      throw new IllegalStateException("index " + index + " is not claimed");
    }
    return claimed;
  }

  private void requireRequest(int type, int length) {
    if (type < 0 || length < 0 || length > maxLength()) {
      throw new IllegalArgumentException(
          "a request has a type of 0 or more and 0 to "
              + maxLength()
              + " bytes, not type "
              + type
              + " and "
              + length
              + " bytes");
    }
  }

  /** The application is done with it; the servers are not. */
  void giveUp(OpenCall call) {
    if (call.state == OpenCall.State.RESENDING) {
      end(call); // The server that had taken it is gone.
      return;
    }
    calls.giveUp(call);
    table.giveUp(call.correlation);
    table.showGivenUp(calls.givenUp());
    if (call.taker != 0) {
      tellServers();
    }
  }

  /** One of them has taken a call, and may be asleep. */
  void tellServers() {
    table.change();
    bell.ring();
  }

  /** Nothing of it can come any more. */
  void end(OpenCall call) {
    boolean wasGivenUp = call.state == OpenCall.State.GIVEN_UP;
    table.free(call.correlation);
    calls.free(call);
    if (wasGivenUp) {
      table.showGivenUp(calls.givenUp());
    }
  }

  /** A server has begun with it, perhaps once more. */
  void startAttempt(OpenCall call, int attempt) {
    call.startAttempt(attempt);
    grant(call); // The one that begins again had no credit for this attempt so far.
  }

  /** Lets the server send as many replies as were granted. */
  void grant(OpenCall call) {
    if (table.grant(call.correlation, CallLayout.credit(call.attempt, call.granted))) {
      tellServers();
    }
  }

  /** There are requests to be sent again, and nothing is in their way but room perhaps. */
  boolean isToResend() {
    return calls.areAnyResending() && claimed == null;
  }

  /** How long to wait for room. */
  long nanosToResend() {
    return isToResend() ? Math.max(0, nextResend - System.nanoTime()) : Long.MAX_VALUE;
  }

  void resendAll() {
    nextResend = System.nanoTime() + ROOM_PAUSE_NANOS;
    for (OpenCall call : calls.all()) {
      if (call.state == OpenCall.State.RESENDING
          && offer(call, call.attempt - 1, call.type(), call.payload(), 0, call.length())) {
        calls.resent(call);
      }
    }
  }
}
