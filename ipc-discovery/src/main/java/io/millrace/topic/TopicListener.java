package io.millrace.topic;

/**
 * Is told what becomes of the publishers of a topic. Called by the thread that polls the
 * subscriber, inside the poll, between two records; what it throws comes out of the poll. It may
 * not use the subscriber, except for {@link TopicSubscriber#wakeup()}.
 */
public interface TopicListener {
  /** A listener that ignores everything. */
  TopicListener NONE = new TopicListener() {};

  /**
   * A publisher is read from now on. Told before its first record.
   *
   * @param publisher which
   */
  default void onCame(Origin publisher) {}

  /**
   * A publisher has ended, and all of its records that this subscriber gets were delivered.
   *
   * @param publisher which
   * @param how how it ended
   */
  default void onEnded(Origin publisher, Ending how) {}

  /**
   * Records of a publisher were not delivered: those that a lossy subscriber was too slow for, or
   * the first ones of a publisher that did not wait any longer for this subscriber to join.
   *
   * @param publisher which
   * @param bytes how much of its stream, headers included
   */
  default void onLost(Origin publisher, long bytes) {}

  /**
   * A publisher cannot be read, or not any more: its ring cannot be obtained, is damaged, or has no
   * place left. It is tried again from time to time, unless its ring is damaged; told once for each
   * cause.
   *
   * @param publisher which
   * @param why the cause
   */
  default void onRefused(Origin publisher, RuntimeException why) {}
}
