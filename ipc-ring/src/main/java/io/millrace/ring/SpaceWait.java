package io.millrace.ring;

/** Waiting for room to write. */
final class SpaceWait extends BlockingWait {
  private final Ring ring;
  private final ProducerSlot slot;
  private int length;

  SpaceWait(Ring ring, ProducerSlot slot) {
    super(ring, RingLayout.SPACE_WAITERS_OFFSET);
    this.ring = ring;
    this.slot = slot;
  }

  SpaceWait ofLength(int recordLength) {
    length = recordLength;
    return this;
  }

  @Override
  public boolean isReady() {
    return slot.hasSpace(length);
  }

  /** All that frees space is announced: consumers signal, deaths are told. */
  @Override
  boolean isUncertain() {
    return false;
  }

  @Override
  void clearUp() {
    ring.evictDeadNow();
  }
}
