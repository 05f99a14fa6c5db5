package io.millrace.request;

/**
 * What requests and replies begin with, and the memory in which a client says how its calls stand.
 *
 * <pre>
 *  request (in the request ring)              reply (in the reply ring)
 *  0   8  correlation                         0   8  correlation
 *  8   8  deadline                            8   4  attempt
 *  16  4  attempt                             12  4  sequence
 *  20  4  window                              16  4  kind
 *  24     payload                             24     payload
 *
 *  calls (a sealed memfd of the client)
 *  0   8  magic, 4 version, 4 slots, 4 greatest reply
 *  64  8  changes       counts what servers are to look at: written by the client
 *  128 8  undelivered   counts answers without room: added to by servers
 *  192 + 64 i           slot i, of the call whose correlation is i modulo the slots
 *      0   8  open         client: the correlation, negative once nobody waits for an answer
 *      8   8  credit       client: attempt, and how many replies of it may have been sent
 *      16  8  starved      servers: the correlation of a call for whose next reply there was no credit
 *      24  8  undelivered  servers: the correlation of a call for whose answer there was no room
 * </pre>
 *
 * <p>The attempt in a request is written by the one server that has the record in hand, before it
 * handles it, together with two flags: that it has taken the call to answer it later, and that it
 * has answered. The deadline is a time of {@link System#nanoTime()}, which is the same for all
 * processes of a host.
 */
final class CallLayout {
  static final int REQUEST_CORRELATION = 0;
  static final int REQUEST_DEADLINE = 8;
  static final int REQUEST_ATTEMPT = 16;
  static final int REQUEST_WINDOW = 20;
  static final int REQUEST_HEADER = 24;

  static final int REPLY_CORRELATION = 0;
  static final int REPLY_ATTEMPT = 8;
  static final int REPLY_SEQUENCE = 12;
  static final int REPLY_KIND = 16;
  static final int REPLY_HEADER = 24;

  /** In {@link #REQUEST_ATTEMPT}: it is to be answered later, by a server that may be dead. */
  static final int TAKEN_FLAG = 1 << 31;

  /** The same: it was answered. */
  static final int ANSWERED_FLAG = 1 << 30;

  static final int FLAGS = TAKEN_FLAG | ANSWERED_FLAG;

  /** How often a request that was sent once may be begun; what is sent again counts from here. */
  static final int ATTEMPTS = 256;

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
  static final int UNDELIVERED_OFFSET = 128;
  static final int FIRST_SLOT = 192;
  static final int SLOT_LENGTH = 64;
  static final int SLOT_OPEN = 0;
  static final int SLOT_CREDIT = 8;
  static final int SLOT_STARVED = 16;
  static final int SLOT_UNDELIVERED = 24;

  private CallLayout() {}

  static int slot(int index) {
    return FIRST_SLOT + index * SLOT_LENGTH;
  }

  static int length(int slots) {
    return slot(slots);
  }

  /** Of what was granted the lower 32 bits: the server compares by the difference. */
  static long credit(int attempt, long granted) {
    return (long) attempt << 32 | granted & 0xffffffffL;
  }
}
