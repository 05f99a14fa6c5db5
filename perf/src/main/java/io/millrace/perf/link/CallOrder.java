package io.millrace.perf.link;

import org.agrona.collections.LongArrayQueue;

/** Checks that calls are answered by their numbers, in the order in which they were sent. */
public final class CallOrder {
  private static final long NONE = -1;

  private final LongArrayQueue open;

  /**
   * Makes one.
   *
   * @param calls how many are open at once, 8 or more
   */
  public CallOrder(int calls) {
    open = new LongArrayQueue(calls, NONE);
  }

  /**
   * A request was sent.
   *
   * @param call its number, 0 or more
   */
  public void sent(long call) {
    open.addLong(call);
  }

  /**
   * A reply came.
   *
   * @param call the number of the call that it is for
   */
  public void answered(long call) {
    long expected = open.pollLong();
    if (call != expected) {
      throw new IllegalStateException(
          "the reply to call " + call + " came where that to " + expected + " was due");
    }
  }
}
