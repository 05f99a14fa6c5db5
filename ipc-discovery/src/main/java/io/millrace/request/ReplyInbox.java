package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.os.Deadline;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.Servers.Gone;
import io.millrace.ring.Consumer;
import io.millrace.ring.ControlledRecordHandler;
import io.millrace.ring.ControlledRecordHandler.Action;
import org.agrona.DirectBuffer;

/**
 * Receives the replies to a client's calls, and ends the calls that get none. Used by the client's
 * thread.
 */
final class ReplyInbox {
  /** How many replies one poll reads at most, told or not, before it looks at everything else. */
  private static final int MOST_READ = 4096;

  private final OpenCalls calls;
  private final Servers servers;
  private final RequestOutbox outbox;
  private final int greatestReply;
  private final Consumer replies;
  private final CallTable table;
  private final ControlledRecordHandler receiving = this::receive;

  /** The handler that is told, during a poll. */
  private ReplyHandler handler;

  private int told;
  private long seenUndelivered;

  /** A server was forgotten, and calls that want one are not told yet. */
  private boolean isAnyForgotten;

  private long lateReplies;

  ReplyInbox(
      ClientRings rings,
      OpenCalls calls,
      Servers servers,
      RequestOutbox outbox,
      int greatestReply) {
    this.calls = calls;
    this.servers = servers;
    this.outbox = outbox;
    this.greatestReply = greatestReply;
    replies = rings.replies;
    table = rings.table;
  }

  /** A poll begins. */
  void begin(ReplyHandler newHandler) {
    handler = newHandler;
    told = 0;
  }

  /** A poll ends. */
  void end() {
    handler = null;
  }

  /** How many ends and replies were told in this poll. */
  int told() {
    return told;
  }

  long lateReplies() {
    return lateReplies;
  }

  /** There are calls to be ended. */
  boolean hasEnds() {
    return Deadline.hasPassed(calls.nearestDeadline())
        || servers.gone(replies) != null
        || isAnyForgotten && !servers.areAnyGone()
        || table.undelivered() != seenUndelivered;
  }

  /** Until so many were told in this poll. */
  void receive(int limit) {
    int rest = MOST_READ;
    int asked;
    int read;
    do {
      asked = Math.min(limit - told, rest);
      read = replies.controlledPoll(receiving, asked);
      rest -= read;
      // Fewer than asked are all that were there: to look again would keep the caller from them.
    } while (read == asked && rest > 0 && told < limit);
  }

  /** What is read is read once: a hostile server may change it meanwhile. */
  private Action receive(
      int type, DirectBuffer buffer, int offset, int length, boolean redelivered) {
    if (length < REPLY_HEADER) {
      return Action.CONTINUE; // No server writes that: somebody is hostile.
    }
    OpenCall call = calls.find(buffer.getLong(offset + REPLY_CORRELATION));
    int attempt = buffer.getInt(offset + REPLY_ATTEMPT);
    if (call == null || !call.mayComeFrom(attempt)) {
      lateReplies++;
      return Action.CONTINUE;
    }
    int mark = buffer.getInt(offset + REPLY_MARK);
    int kind = CallLayout.kind(mark);
    if (attempt > call.attempt) {
      outbox.startAttempt(call, attempt);
    }
    int at = offset + REPLY_HEADER;
    int size = length - REPLY_HEADER;
    if (call.state == OpenCall.State.GIVEN_UP) {
      receiveUnwanted(call, kind, buffer, at, size);
    } else if (mark != CallLayout.mark(kind, call.sequence)
        || size > greatestReply && kind != TAKEN) {
      fail(call, CallFailure.of(Reason.DAMAGED));
    } else {
      receive(call, kind, type, buffer, at, size);
    }
    return Action.CONTINUE;
  }

  private void receiveUnwanted(
      OpenCall call, int kind, DirectBuffer buffer, int offset, int length) {
    if (kind == END || kind == ERROR) {
      outbox.end(call);
    } else if (kind == TAKEN && take(call, buffer, offset, length)) {
      outbox.tellServers(); // It was given up before that.
    }
  }

  private void receive(
      OpenCall call, int kind, int type, DirectBuffer buffer, int offset, int length) {
    if (call.hasBegun) {
      handler.onRestart(call.correlation);
      call.hasBegun = false;
      if (!call.isWaitedFor()) { // The handler has cancelled it.
        receiveUnwanted(call, kind, buffer, offset, length);
        return;
      }
    }
    switch (kind) {
      case TAKEN -> {
        if (take(call, buffer, offset, length)) {
          call.sequence++;
        } else {
          fail(call, CallFailure.of(Reason.DAMAGED));
        }
      }
      case MORE -> {
        if (call.received >= call.granted) {
          fail(call, CallFailure.of(Reason.DAMAGED));
          return;
        }
        handler.onMore(call.correlation, type, buffer, offset, length);
        told++;
        call.sequence++;
        call.received++;
        grantMore(call);
      }
      case END -> {
        handler.onReply(call.correlation, type, buffer, offset, length);
        told++;
        outbox.end(call);
      }
      case ERROR -> receiveError(call, type, buffer, offset, length);
      default -> fail(call, CallFailure.of(Reason.DAMAGED));
    }
  }

  private void receiveError(OpenCall call, int code, DirectBuffer buffer, int offset, int length) {
    Reason reason = ErrorReply.reason(code);
    if (reason == Reason.SERVER_LOST && call.options.isIdempotent()) {
      sendAgain(call);
      return;
    }
    CallFailure failure =
        reason == Reason.REFUSED ? ErrorReply.read(buffer, offset, length) : CallFailure.of(reason);
    endTold(call, failure);
  }

  /** Half the window at a time: a grant is a fence. */
  private void grantMore(OpenCall call) {
    int window = call.options.window();
    if (call.state == OpenCall.State.OPEN && call.granted - call.received <= window / 2) {
      call.granted = call.received + window;
      outbox.grant(call);
    }
  }

  /** Returns false if no server says that: it tells who it is, once. */
  private boolean take(OpenCall call, DirectBuffer buffer, int offset, int length) {
    long server = length < Long.BYTES ? Servers.NONE : buffer.getLong(offset);
    if (server == Servers.NONE || call.taker != Servers.NONE) {
      return false;
    }
    call.taker = server;
    servers.expect(server);
    return true;
  }

  /** No answer can come that makes sense, or none that anybody waits for. */
  private void fail(OpenCall call, CallFailure failure) {
    long correlation = call.correlation;
    tell(call, failure);
    if (calls.find(correlation) == call && call.isWaitedFor()) {
      outbox.giveUp(call);
    }
  }

  /** Nothing of it can come any more. */
  private void endTold(OpenCall call, CallFailure failure) {
    long correlation = call.correlation;
    tell(call, failure);
    if (calls.find(correlation) == call) { // Or the handler cancelled it, and sent another one.
      outbox.end(call);
    }
  }

  private void tell(OpenCall call, CallFailure failure) {
    if (call.isWaitedFor()) {
      handler.onFailure(call.correlation, failure);
      told++;
    }
  }

  /** Servers that are gone, of which all that they wrote was read. */
  void settleGone() {
    if (!servers.areAnyGone() && !isAnyForgotten) {
      return;
    }
    for (Gone server = servers.gone(replies); server != null; server = servers.gone(replies)) {
      for (OpenCall call : calls.all()) {
        if (call.isKnown() && call.taker == server.server()) {
          lose(call);
        }
      }
      servers.forget(server);
      isAnyForgotten = true;
    }
    if (servers.areAnyGone()) {
      return; // What it wrote is to be read first.
    }
    if (calls.areAnyFailFast() && !servers.areAny()) {
      for (OpenCall call : calls.all()) {
        // A handler that was told may have seen another one come, and sent to it.
        if (call.isWaitedFor() && call.options.isFailFast() && !servers.areAny()) {
          fail(call, CallFailure.of(Reason.NO_SERVER));
        }
      }
    }
    isAnyForgotten = false; // A handler that throws is told the same again.
  }

  private void lose(OpenCall call) {
    if (call.isWaitedFor() && call.options.isIdempotent()) {
      sendAgain(call);
    } else {
      endTold(call, CallFailure.of(Reason.SERVER_LOST));
    }
  }

  private void sendAgain(OpenCall call) {
    if (call.attempt >= ANSWERED_FLAG - 2 * ATTEMPTS) {
      endTold(call, CallFailure.of(Reason.GIVEN_UP));
      return;
    }
    // Whatever comes of the attempts that were made so far is late from here on.
    call.startAttempt((call.attempt | ATTEMPTS - 1) + 2);
    calls.resend(call);
  }

  /** Ends those whose time is over. */
  void expire() {
    if (!Deadline.hasPassed(calls.nearestDeadline())) {
      return;
    }
    for (OpenCall call : calls.all()) {
      if (call.isWaitedFor() && Deadline.hasPassed(call.deadline)) {
        fail(call, CallFailure.of(Reason.EXPIRED));
      }
    }
    calls.findNearestDeadline();
  }

  /** Ends those whose answer found no room. */
  void settleUndelivered() {
    long now = table.undelivered();
    if (now == seenUndelivered) {
      return;
    }
    for (OpenCall call : calls.all()) {
      if (call.isKnown() && table.isUndelivered(call.correlation)) {
        endTold(call, CallFailure.of(Reason.NO_ROOM));
      }
    }
    seenUndelivered = now; // A handler that throws is told the same again.
  }
}
