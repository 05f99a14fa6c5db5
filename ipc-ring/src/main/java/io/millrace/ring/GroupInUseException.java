package io.millrace.ring;

/** A group cannot be joined as asked: it has its only consumer already, or is of another kind. */
public final class GroupInUseException extends RingException {
  private static final long serialVersionUID = 1L;

  GroupInUseException(String message) {
    super(message);
  }
}
