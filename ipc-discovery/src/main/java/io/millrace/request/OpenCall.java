package io.millrace.request;

import io.millrace.os.Deadline;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One call as its client has it. The object is that of a slot, and used for one call after the
 * other: a slot is free when nothing of its call can come any more, after the last answer or the
 * end of the server that had taken it. Used by the client's thread.
 */
final class OpenCall {
  /** How it stands. */
  enum State {
    FREE,
    /** Its request is being written, and nobody can know of it. */
    CLAIMED,
    OPEN,
    /** To be sent again once there is room. */
    RESENDING,
    /** The client was told of its end; the servers have not said so yet. */
    GIVEN_UP
  }

  State state = State.FREE;
  long correlation;
  CallOptions options;
  long deadline = Deadline.NEVER;

  /** The server that has taken it, to answer it later; 0 if none has. */
  long taker;

  int attempt;

  /** The number of the reply that comes next; what is shown of it, and of the next, is 32 bits. */
  long sequence;

  /** How many replies of this attempt may have been sent, and how many have come. */
  long granted;

  long received;

  /** Replies of an earlier attempt were told. */
  boolean hasBegun;

  /** What it keeps in the reply ring. */
  long room;

  private byte[] kept = {};
  private final UnsafeBuffer payload = new UnsafeBuffer(kept);
  private int type;
  private int length;

  /** Its request was sent, and an answer may come. */
  boolean isKnown() {
    return state != State.FREE && state != State.CLAIMED;
  }

  boolean isWaitedFor() {
    return state == State.OPEN || state == State.RESENDING;
  }

  void begin(long number, CallOptions how, long until, long reserved) {
    state = State.CLAIMED;
    correlation = number;
    options = how;
    deadline = until;
    room = reserved;
    received = 0; // Of the call before it that had this slot: nothing of this one has begun.
    hasBegun = false;
    startAttempt(1);
  }

  /** The replies of this one are expected from now on. */
  void startAttempt(int number) {
    hasBegun |= received > 0;
    attempt = number;
    taker = 0;
    sequence = 0;
    received = 0;
    granted = options.window();
  }

  /**
   * Tells whether a reply of an attempt can be one to this call, now or as the first of a newer
   * attempt. Where it is to be sent again, nobody can have an attempt that is newer.
   */
  boolean mayComeFrom(int number) {
    return state != State.RESENDING
        && number >= attempt
        && number - attempt <= CallLayout.ATTEMPTS
        && number < CallLayout.ANSWERED_FLAG;
  }

  /** Keeps what may have to be sent again. */
  void keep(int newType, DirectBuffer source, int offset, int newLength) {
    if (kept.length < newLength) {
      kept = new byte[newLength];
      payload.wrap(kept);
    }
    source.getBytes(offset, kept, 0, newLength);
    type = newType;
    length = newLength;
  }

  int type() {
    return type;
  }

  DirectBuffer payload() {
    return payload;
  }

  int length() {
    return length;
  }
}
