package io.millrace.request;

import io.millrace.os.Deadline;

/**
 * What requests and replies begin with, and the memory in which a client says how its calls stand.
 *
 * <pre>
 *  request (in the request ring)              reply (in the reply ring)
 *  0   8  correlation                         0   8  correlation
 *  8   4  attempt                             8   4  attempt
 *  12  4  limits                              12  4  kind (4 bits), sequence (28 bits)
 *  16     payload                             16     payload
 *
 *  calls (a sealed memfd of the client)
 *  0   8  magic, 4 version, 4 slots, 4 greatest reply
 *  64  8  changes       counts what servers are to look at: written by the client
 *  72  8  given up      so many calls that nobody waits for, and whose servers have not said so yet:
 *                       written by the client. As long as it is 0, servers need not look at slots
 *  128 8  undelivered   counts answers without room: added to by servers
 *  192 + 64 i           slot i, of the call whose correlation is i modulo the slots
 *      0   8  open         client: the correlation, negative once nobody waits for an answer
 *      8   8  credit       client: attempt, and how many replies of it may have been sent
 *      16  8  starved      servers: the correlation of a call for whose next reply there was no credit
 *      24  8  undelivered  servers: the correlation of a call for whose answer there was no room
 *      32  8  deadline     client: when the answer is no use any more
 *      40  4  window       client: how many replies, besides the last one, may be under way
 * </pre>
 *
 * <p>A small request, and a small reply, are one cache line each with the header of the ring: to
 * fetch a second one from another processor takes a quarter of a round trip. So what few calls need
 * is in the slot, which stays in the client's cache while no server looks at it, and the request
 * says in its limits whether there is something to look at: the highest bit is set if there is a
 * window; the others are the deadline in units of 131 microseconds, modulo their number, and 0 if
 * there is none. Only close to that moment a server reads when it is exactly.
 *
 * <p>The attempt in a request counts the servers that have died with it in hand. It is written by a
 * server that gets the record after such a death, before it handles it. Together with it stand two
 * flags of the server that has the record: that it has taken the call to answer it later, and that
 * it has answered. The deadline is a time of {@link System#nanoTime()}, which is the same for all
 * processes of a host.
 */
final class CallLayout {
  static final int REQUEST_CORRELATION = 0;
  static final int REQUEST_ATTEMPT = 8;
  static final int REQUEST_LIMITS = 12;
  static final int REQUEST_HEADER = 16;

  static final int REPLY_CORRELATION = 0;
  static final int REPLY_ATTEMPT = 8;
  static final int REPLY_MARK = 12;
  static final int REPLY_HEADER = 16;

  /** In {@link #REQUEST_ATTEMPT}: it is to be answered later, by a server that may be dead. */
  static final int TAKEN_FLAG = 1 << 31;

  /** The same: it was answered. */
  static final int ANSWERED_FLAG = 1 << 30;

  static final int FLAGS = TAKEN_FLAG | ANSWERED_FLAG;

  /** How often a request that was sent once may be begun; what is sent again counts from here. */
  static final int ATTEMPTS = 256;

  /** In {@link #REQUEST_LIMITS}: there is a window. */
  private static final int STREAM_FLAG = 1 << 31;

  private static final int TIME_BITS = 31;
  private static final int TIME_MASK = STREAM_FLAG - 1;
  private static final int TIME_UNIT_BITS = 17;

  private static final int SEQUENCE_BITS = 28;
  private static final int SEQUENCE_MASK = (1 << SEQUENCE_BITS) - 1;

  static final int TAKEN = 1;
  static final int MORE = 2;
  static final int END = 3;
  static final int ERROR = 4;

  static final long MAGIC = 0x4c4c41434c4c494dL; // MILLCALL
  static final int VERSION = 1 << 16;
  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = 8;
  static final int SLOTS_OFFSET = 12;
  static final int GREATEST_REPLY_OFFSET = 16;
  static final int CHANGES_OFFSET = 64;
  static final int GIVEN_UP_OFFSET = 72;
  static final int UNDELIVERED_OFFSET = 128;
  static final int FIRST_SLOT = 192;
  static final int SLOT_LENGTH = 64;
  static final int SLOT_OPEN = 0;
  static final int SLOT_CREDIT = 8;
  static final int SLOT_STARVED = 16;
  static final int SLOT_UNDELIVERED = 24;
  static final int SLOT_DEADLINE = 32;
  static final int SLOT_WINDOW = 40;

  private CallLayout() {}

  static int slot(int index) {
    return FIRST_SLOT + index * SLOT_LENGTH;
  }

  static int length(int slots) {
    return slot(slots);
  }

  /** What a request says of its deadline and its window. */
  static int limits(long deadline, int window) {
    int time = deadline == Deadline.NEVER ? 0 : Math.max(1, time(deadline));
    return window == 0 ? time : time | STREAM_FLAG;
  }

  private static int time(long nanos) {
    return (int) (nanos >>> TIME_UNIT_BITS) & TIME_MASK;
  }

  static boolean isStream(int limits) {
    return limits < 0;
  }

  static boolean hasDeadline(int limits) {
    return (limits & TIME_MASK) != 0;
  }

  /**
   * Tells whether the deadline may have passed. It is exact in the slot. What passed two days ago
   * looks as if it were still to come: its client has given it up, or is gone.
   */
  static boolean mayHavePassed(int limits) {
    return hasDeadline(limits) && isNear((limits & TIME_MASK) - time(System.nanoTime()));
  }

  /** Both are rounded, and one is made 1 where it would be 0. */
  private static boolean isNear(int difference) {
    int unused = Integer.SIZE - TIME_BITS;
    return difference << unused >> unused <= 1;
  }

  /** What a reply says of itself; of its number so much that more cannot be under way. */
  static int mark(int kind, long sequence) {
    return kind << SEQUENCE_BITS | (int) sequence & SEQUENCE_MASK;
  }

  static int kind(int mark) {
    return mark >>> SEQUENCE_BITS;
  }

  /** Of what was granted the lower 32 bits: the server compares by the difference. */
  static long credit(int attempt, long granted) {
    return (long) attempt << 32 | granted & 0xffffffffL;
  }
}
