package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.os.Deadline;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.Producer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One request as the server has it that is to answer it: in the handler, or later. The objects are
 * used again. Used by the server's thread.
 */
final class ServedCall {
  private static final DirectBuffer NOTHING = new UnsafeBuffer(new byte[0]);

  private final UnsafeBuffer header = new UnsafeBuffer(new byte[REPLY_HEADER]);
  private final UnsafeBuffer number = new UnsafeBuffer(new byte[Long.BYTES]);

  ServedClient client;
  long correlation;
  private int attempt;
  private int limits;
  private int window;

  /** Another server had it in hand, or it is answered later: it may be over without a notice. */
  private boolean needsLook;

  /** Streams have no end that a counter could come to: what is shown of these is 32 bits. */
  private long sequence;

  private long sent;

  /** The last answer was given, or none is wanted. */
  private boolean ended;

  /** The next reply of a stream found no credit. */
  private boolean starved;

  /** By which it is answered later; 0 if it is not. */
  long token;

  void begin(ServedClient from, long number, int which, int limited, boolean redelivered) {
    client = from;
    correlation = number;
    attempt = which;
    limits = limited;
    window = 0;
    needsLook = redelivered;
    sequence = 0;
    sent = 0;
    ended = false;
    starved = false;
    token = 0;
  }

  /** Reads the window, if it has one: of a hostile client it may be negative. */
  void readWindow() {
    if (CallLayout.isStream(limits)) {
      window = client.table.window(correlation);
      needsLook = true; // It looks at the slot for every reply anyway.
    }
  }

  /** Tells whether the client does not wait any longer, by its deadline. */
  boolean isLate() {
    return CallLayout.mayHavePassed(limits) && nanosLeft() == 0;
  }

  /** Until the deadline; 0 if it has passed, or the call is over. */
  long nanosLeft() {
    if (!CallLayout.hasDeadline(limits)) {
      return Long.MAX_VALUE;
    }
    long deadline = client.table.deadline(correlation);
    return client.table.isOpen(correlation) ? Deadline.nanosLeft(deadline) : 0;
  }

  int attempt() {
    return attempt / ATTEMPTS + attempt % ATTEMPTS;
  }

  int window() {
    return window;
  }

  boolean isEnded() {
    return ended;
  }

  boolean isStarved() {
    return starved;
  }

  /** There is credit again. */
  void feed() {
    starved = false;
  }

  boolean isWanted() {
    return !ended && isOpen();
  }

  /** Its slot is not looked at if it is certain what is there: a look takes it from the client. */
  private boolean isOpen() {
    return client.isServed()
        && (!needsLook && !client.table.areAnyGivenUp() || client.table.isOpen(correlation));
  }

  /** The last reply. */
  long reply(int type, DirectBuffer buffer, int offset, int length) {
    requireReply(type, length);
    if (isOver()) {
      return Request.CALL_OVER;
    }
    if (!write(END, type, buffer, offset, length)) {
      return notWritten();
    }
    ended = true;
    return sequence - 1;
  }

  /** One of many. */
  long more(int type, DirectBuffer buffer, int offset, int length) {
    requireReply(type, length);
    if (window == 0) {
      throw new IllegalStateException("the client waits for one reply: it gave no window");
    }
    if (isOver()) {
      return Request.CALL_OVER;
    }
    if (!hasCredit()) {
      starved = true;
      client.table.starve(correlation);
      if (!hasCredit()) {
        return Request.BACK_PRESSURED;
      }
    }
    starved = false;
    if (!write(MORE, type, buffer, offset, length)) {
      return notWritten();
    }
    sent++;
    return sequence - 1;
  }

  /** The client counts for each attempt anew, once it has seen something of it. */
  boolean hasCredit() {
    long credit = client.table.credit(correlation);
    return (int) (credit >>> 32) == attempt && (int) credit - (int) sent > 0;
  }

  long fail(String error, String text) {
    if (isOver()) {
      return Request.CALL_OVER;
    }
    byte[] bytes = ErrorReply.encode(error, text, client.table.greatestReply);
    int code = ErrorReply.code(Reason.REFUSED);
    if (!write(ERROR, code, new UnsafeBuffer(bytes), 0, bytes.length)) {
      return notWritten();
    }
    ended = true;
    return sequence - 1;
  }

  /** Says that there will be no answer, and why. Where there is no room, it leaves a mark. */
  void refuse(Reason reason) {
    if (ended) {
      return;
    }
    ended = true;
    if (client.isServed() && !write(ERROR, ErrorReply.code(reason), NOTHING, 0, 0)) {
      client.table.undelivered(correlation);
      // The client may have read all and gone to sleep before the mark: a reply wakes it.
      write(ERROR, ErrorReply.code(reason), NOTHING, 0, 0);
    }
  }

  /** Says that it will be answered by this server, later. Returns false if there is no room. */
  boolean take(long server) {
    number.putLong(0, server);
    needsLook = true;
    return write(TAKEN, 0, number, 0, Long.BYTES);
  }

  /** If nobody waits for an answer, says so in its place: then the client can forget the call. */
  private boolean isOver() {
    if (ended) {
      return true;
    }
    if (isOpen()) {
      return false;
    }
    refuseIfGivenUp();
    return true;
  }

  /** Nobody waits for it: says so in place of an answer, if the client keeps a slot for that. */
  void refuseIfGivenUp() {
    if (client.isServed() && client.table.isGivenUp(correlation)) {
      refuse(Reason.CANCELLED);
    }
    ended = true;
  }

  private boolean write(int kind, int type, DirectBuffer buffer, int offset, int length) {
    header.putLong(REPLY_CORRELATION, correlation);
    header.putInt(REPLY_ATTEMPT, attempt);
    header.putInt(REPLY_MARK, CallLayout.mark(kind, sequence));
    long end;
    try {
      end = client.replies.offer(type, header, 0, REPLY_HEADER, buffer, offset, length);
    } catch (DamagedRingException damage) {
      client.refuse(damage);
      ended = true;
      return false;
    }
    if (end == Producer.BACK_PRESSURED) {
      return false;
    }
    sequence++;
    return true;
  }

  private long notWritten() {
    return ended ? Request.CALL_OVER : Request.BACK_PRESSURED;
  }

  void requireReply(int type, int length) {
    if (type < 0 || length < 0 || length > client.table.greatestReply) {
      throw new IllegalArgumentException(
          "a reply to this client has a type of 0 or more and 0 to "
              + client.table.greatestReply
              + " bytes, not type "
              + type
              + " and "
              + length
              + " bytes: it says how long one may be with ClientOptions.greatestReply");
    }
  }
}
