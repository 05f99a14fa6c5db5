package io.millrace.request;

import org.agrona.DirectBuffer;

/** Keeps the reply to the one call that is being waited for, and passes everything else on. */
final class CallWait implements ReplyHandler {
  private final Reply reply;
  private ReplyHandler others;
  private boolean done;
  private CallFailure failure;

  /** What is waited for; 0 before it is sent. */
  long call;

  CallWait(int greatestReply) {
    reply = new Reply(greatestReply);
  }

  void begin(ReplyHandler whom) {
    others = whom;
    done = false;
    failure = null;
    call = 0;
  }

  boolean isWaiting() {
    return !done;
  }

  Reply take() {
    if (failure != null) {
      throw new CallException(failure);
    }
    return reply;
  }

  void end() {
    others = null;
    failure = null;
  }

  @Override
  public void onReply(long which, int type, DirectBuffer buffer, int offset, int length) {
    if (which == call) {
      reply.set(type, buffer, offset, length);
      done = true;
    } else if (others != null) {
      others.onReply(which, type, buffer, offset, length);
    }
  }

  @Override
  public void onMore(long which, int type, DirectBuffer buffer, int offset, int length) {
    if (others != null) {
      others.onMore(which, type, buffer, offset, length);
    }
  }

  @Override
  public void onRestart(long which) {
    if (others != null) {
      others.onRestart(which);
    }
  }

  @Override
  public void onFailure(long which, CallFailure why) {
    if (which == call) {
      failure = why;
      done = true;
    } else if (others != null) {
      others.onFailure(which, why);
    }
  }
}
