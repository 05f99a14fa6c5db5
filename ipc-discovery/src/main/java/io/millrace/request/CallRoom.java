package io.millrace.request;

/** How much of the reply ring a call may need. A server writes no more, so it never waits. */
final class CallRoom {
  /** What a record takes besides its payload, and what it is rounded up to. */
  private static final int RECORD_HEADER = 16;

  private static final int ALIGNMENT = 64;

  /** Told once by the server that takes a call, and once more by each that is given it. */
  private static final long TAKEN = record(Long.BYTES);

  private static final int LEAST_CAPACITY = 1 << 16;
  private static final long MOST_CAPACITY = 1 << 29;

  private CallRoom() {}

  /** Of one call that is answered by so many replies at once, the last one not counted. */
  static long ofCall(int greatestReply, int window) {
    return TAKEN + (window + 1L) * record(greatestReply);
  }

  /**
   * What is not given to calls: the reply that is being polled still takes its room, and the dead
   * may have begun an answer that comes once more.
   */
  static long spare(int greatestReply) {
    return 4 * record(greatestReply);
  }

  /** The capacity for so many calls, each with one reply; -1 if that is too much. */
  static int capacity(int calls, int greatestReply) {
    long needed = spare(greatestReply) + calls * ofCall(greatestReply, 0);
    // Half of it is the longest record.
    long bytes = Math.max(LEAST_CAPACITY, Math.max(needed, 2 * record(greatestReply)));
    return bytes > MOST_CAPACITY ? -1 : (int) Long.highestOneBit(2 * bytes - 1);
  }

  private static long record(int payload) {
    return ((long) payload + CallLayout.REPLY_HEADER + RECORD_HEADER + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
