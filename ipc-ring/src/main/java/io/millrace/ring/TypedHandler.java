package io.millrace.ring;

/**
 * Receives messages of one kind. Called by the thread that polls, inside its poll.
 *
 * @param <T> the kind
 */
@FunctionalInterface
public interface TypedHandler<T> {
  /**
   * Receives a message. If this method throws, the message comes again through {@link
   * #onRedelivery}.
   *
   * @param message the message, valid during the call only
   */
  void onMessage(T message);

  /**
   * Receives a message that a consumer of this group may have handled before, in part or whole.
   * Does the same as for any message unless overridden.
   *
   * @param message the message, valid during the call only
   */
  default void onRedelivery(T message) {
    onMessage(message);
  }
}
