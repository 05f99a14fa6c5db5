package io.millrace.bridge;

/**
 * Is told what becomes of a bridge. Called by the thread that polls the sender or the receiver;
 * what it throws comes out of the poll. It may not use either.
 */
public interface BridgeListener {
  /** A listener that ignores everything. */
  BridgeListener NONE = new BridgeListener() {};

  /**
   * A ring or a publisher is carried from now on.
   *
   * @param source which
   */
  default void onSource(BridgedSource source) {}

  /**
   * A publisher has ended, and all that it left was carried; or a ring has.
   *
   * @param source which
   */
  default void onEnded(BridgedSource source) {}

  /**
   * Something cannot be carried, or not any more. It is tried again from time to time; told once
   * for each cause.
   *
   * @param name what
   * @param why the cause
   */
  default void onRefused(String name, RuntimeException why) {}

  /**
   * Something went through a publisher's ring before the sender was there, and is not carried.
   *
   * @param name the topic
   * @param bytes how much of the publisher's stream
   */
  default void onLost(String name, long bytes) {}

  /** The receiver gets records as they are sent from now on. */
  default void onLive() {}

  /**
   * The receiver reads from the archive, or waits for it.
   *
   * @param why what it lost, or what it waits for
   */
  default void onBehind(String why) {}
}
