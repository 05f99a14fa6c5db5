package io.millrace.ring;

/** Waiting for room to write. */
final class SpaceWait extends BlockingWait {
  private final Ring ring;
  private final ProducerSlot slot;
  private int length;

  SpaceWait(Producer producer, Ring ring, ProducerSlot slot) {
    super(producer, ring, RingLayout.SPACE_WAITERS_OFFSET);
    this.ring = ring;
    this.slot = slot;
  }

  SpaceWait ofLength(int recordLength) {
    length = recordLength;
    return this;
  }

  @Override
  boolean look() {
    if (slot.hasSpace(length)) {
      return true;
    }
    // Whoever spins on this sees nothing else of the dead.
    ring.evictDead();
    return slot.hasSpace(length);
  }

  /**
   * All that frees space is announced: consumers signal, deaths are told. Except the end of
   * somebody who joins or evicts just now: whoever is killed at it is not known to anybody yet. And
   * except the end of a claim, which in the rule wakes consumers only.
   */
  @Override
  boolean isUncertain() {
    return !ring.evictDeadNow() || slot.isHeldByClaim();
  }

  @Override
  void clearUp() {
    ring.evictDeadNow();
  }
}
