package io.millrace.ring;

/**
 * Thrown when a group cannot be joined as asked: it already has its only consumer, or is of another
 * kind.
 */
public final class GroupInUseException extends RingException {
  private static final long serialVersionUID = 1L;

  GroupInUseException(String message) {
    super(message);
  }
}
