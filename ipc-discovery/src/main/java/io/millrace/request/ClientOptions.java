package io.millrace.request;

import io.millrace.ring.WaitStrategy;
import java.util.Objects;

/**
 * The options of a client. Immutable; for example:
 *
 * <pre>{@code
 * ClientOptions.defaults().calls(256).greatestReply(4096)
 * }</pre>
 *
 * @param calls how many calls it may have open at once, 1 to 65536; rounded up to a power of two
 * @param greatestReply the longest payload of a reply, in bytes. Room for one such reply is kept
 *     for every open call, so a server never waits for the client
 * @param requestCapacity bytes for requests that no server has taken yet, a power of two from 64
 *     KiB to 512 MiB
 * @param replyCapacity bytes for replies that the client has not polled yet, a power of two from 64
 *     KiB to 512 MiB, or 0 for as many as all calls need that are answered by one reply each.
 *     Streams of replies need more
 * @param sleepers how many servers can sleep until a request of this client wakes them, 1 to 64;
 *     each costs a descriptor in every server. Further ones look every few milliseconds
 * @param waiting how {@link RequestClient#call} waits
 */
public record ClientOptions(
    int calls,
    int greatestReply,
    int requestCapacity,
    int replyCapacity,
    int sleepers,
    WaitStrategy waiting) {
  private static final int MOST_CALLS = 1 << 16;
  private static final int LEAST_CAPACITY = 1 << 16;
  private static final int MOST_CAPACITY = 1 << 29;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is not kept, or the replies need more than 512 MiB
   * @throws NullPointerException if the strategy is null
   */
  public ClientOptions {
    Objects.requireNonNull(waiting, "waiting");
    requireRange("calls", calls, 1, MOST_CALLS);
    requireRange("greatestReply", greatestReply, 0, MOST_CAPACITY / 4);
    requireRange("sleepers", sleepers, 1, 64);
    requireCapacity("requestCapacity", requestCapacity);
    calls = Integer.highestOneBit(2 * calls - 1);
    int needed = CallRoom.capacity(calls, greatestReply);
    if (replyCapacity != 0) {
      requireCapacity("replyCapacity", replyCapacity);
      int least = CallRoom.capacity(1, greatestReply);
      if (replyCapacity < least) {
        throw new IllegalArgumentException(
            "replyCapacity "
                + replyCapacity
                + " has no room for the greatest reply, "
                + greatestReply
                + " bytes: it needs "
                + least);
      }
    } else if (needed < 0) {
      throw new IllegalArgumentException(
          calls
              + " calls with replies of "
              + greatestReply
              + " bytes need more than 512 MiB: allow fewer calls or shorter replies");
    }
  }

  /**
   * Default options: 64 calls, replies of up to 1024 bytes, 256 KiB for requests, places for two
   * sleeping servers, calls that block.
   *
   * @return the options
   */
  public static ClientOptions defaults() {
    return new ClientOptions(64, 1024, 1 << 18, 0, 2, WaitStrategy.blocking());
  }

  /**
   * With another number of calls.
   *
   * @param value how many may be open at once, 1 to 65536
   * @return new options
   */
  public ClientOptions calls(int value) {
    return new ClientOptions(
        value, greatestReply, requestCapacity, replyCapacity, sleepers, waiting);
  }

  /**
   * With replies of another length.
   *
   * @param value bytes of the longest payload
   * @return new options
   */
  public ClientOptions greatestReply(int value) {
    return new ClientOptions(calls, value, requestCapacity, replyCapacity, sleepers, waiting);
  }

  /**
   * With another room for requests.
   *
   * @param value bytes, a power of two
   * @return new options
   */
  public ClientOptions requestCapacity(int value) {
    return new ClientOptions(calls, greatestReply, value, replyCapacity, sleepers, waiting);
  }

  /**
   * With another room for replies: the calls that can be open at once, and the windows of their
   * streams, share it.
   *
   * @param value bytes, a power of two, or 0 for what one reply to each call needs
   * @return new options
   */
  public ClientOptions replyCapacity(int value) {
    return new ClientOptions(calls, greatestReply, requestCapacity, value, sleepers, waiting);
  }

  /**
   * With places for another number of sleeping servers.
   *
   * @param value how many, 1 to 64
   * @return new options
   */
  public ClientOptions sleepers(int value) {
    return new ClientOptions(calls, greatestReply, requestCapacity, replyCapacity, value, waiting);
  }

  /**
   * With another way to wait.
   *
   * @param value how {@link RequestClient#call} waits
   * @return new options
   */
  public ClientOptions waiting(WaitStrategy value) {
    return new ClientOptions(calls, greatestReply, requestCapacity, replyCapacity, sleepers, value);
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " must be from " + least + " to " + most + ", not " + value);
    }
  }

  private static void requireCapacity(String what, int value) {
    if (value < LEAST_CAPACITY || value > MOST_CAPACITY || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what
              + " must be a power of two from "
              + LEAST_CAPACITY
              + " to "
              + MOST_CAPACITY
              + " bytes, not "
              + value);
    }
  }
}
