package io.millrace.ring;

/** Thrown when all places for one kind of member are taken by living members. */
public final class NoFreeSlotException extends RingException {
  private static final long serialVersionUID = 1L;

  NoFreeSlotException(String kind, int slots, String option) {
    super(
        "all "
            + slots
            + " "
            + kind
            + " slots of this ring are in use; create the ring with more ("
            + option
            + ")");
  }
}
