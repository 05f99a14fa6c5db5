package io.millrace.request;

import io.millrace.os.Deadline;

/** The calls of a client, and the room that they keep in its reply ring. */
final class OpenCalls {
  private final OpenCall[] all;
  private final OpenCall[] free;
  private final long room;
  private final int greatestReply;
  private final int bits;
  private int freeCount;
  private long reserved;
  private long sequence;

  /** No deadline of a call that is waited for is earlier. */
  private long nearest = Deadline.NEVER;

  /** Those that are waited for; those of them that must not wait for a server; to be sent again. */
  private int waitedFor;

  private int failFast;
  private int resending;
  private int givenUp;

  OpenCalls(int slots, int greatestReply, int replyCapacity) {
    this.greatestReply = greatestReply;
    room = replyCapacity - CallRoom.spare(greatestReply);
    bits = Integer.numberOfTrailingZeros(slots);
    all = new OpenCall[slots];
    free = new OpenCall[slots];
    for (int i = 0; i < slots; i++) {
      all[i] = new OpenCall();
      all[i].correlation = i;
    }
    for (int i = slots - 1; i >= 0; i--) {
      free[freeCount++] = all[i];
    }
  }

  /** To be opened or freed. Returns null if there is no slot, or no room for its replies. */
  OpenCall begin(CallOptions options, long deadline) {
    long needed = CallRoom.ofCall(greatestReply, options.window());
    if (freeCount == 0 || reserved + needed > room) {
      return null;
    }
    OpenCall call = free[--freeCount];
    reserved += needed;
    long slot = call.correlation & all.length - 1;
    call.begin(++sequence << bits | slot, options, deadline, needed);
    return call;
  }

  /** Before its request can be seen. */
  void open(OpenCall call) {
    call.state = OpenCall.State.OPEN;
    nearest = Deadline.earlier(nearest, call.deadline);
    waitedFor++;
    failFast += call.options.isFailFast() ? 1 : 0;
  }

  /** Tells whether a call with such a window can be open at all. */
  boolean canEverHold(CallOptions options) {
    return CallRoom.ofCall(greatestReply, options.window()) <= room;
  }

  /** Returns null if there is no such call, or nothing of it is expected any more. */
  OpenCall find(long correlation) {
    OpenCall call = all[(int) correlation & all.length - 1];
    return call.correlation == correlation && call.isKnown() ? call : null;
  }

  /** Nobody waits for it any more. */
  void giveUp(OpenCall call) {
    stopWaiting(call);
    call.state = OpenCall.State.GIVEN_UP;
    givenUp++;
  }

  private void stopWaiting(OpenCall call) {
    if (call.isWaitedFor()) {
      waitedFor--;
      failFast -= call.options.isFailFast() ? 1 : 0;
      resending -= call.state == OpenCall.State.RESENDING ? 1 : 0;
    }
  }

  /** Nothing of it can come any more. */
  void free(OpenCall call) {
    stopWaiting(call);
    givenUp -= call.state == OpenCall.State.GIVEN_UP ? 1 : 0;
    call.state = OpenCall.State.FREE;
    reserved -= call.room;
    free[freeCount++] = call;
  }

  void resend(OpenCall call) {
    call.state = OpenCall.State.RESENDING;
    resending++;
  }

  void resent(OpenCall call) {
    call.state = OpenCall.State.OPEN;
    resending--;
  }

  boolean areAnyResending() {
    return resending > 0;
  }

  boolean areAnyFailFast() {
    return failFast > 0;
  }

  /** How many nobody waits for, and of which something may still come. */
  int givenUp() {
    return givenUp;
  }

  /** How many the application waits for. */
  int waitedFor() {
    return waitedFor;
  }

  OpenCall[] all() {
    return all;
  }

  /** When to look at deadlines next. */
  long nearestDeadline() {
    return nearest;
  }

  /** Behind a look at all of them. */
  void findNearestDeadline() {
    nearest = Deadline.NEVER;
    for (OpenCall call : all) {
      if (call.isWaitedFor()) {
        nearest = Deadline.earlier(nearest, call.deadline);
      }
    }
  }
}
