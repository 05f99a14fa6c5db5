package io.millrace.ring;

/** Waiting for room to write. */
final class SpaceWait extends BlockingWait {
  private final RingCore core;
  private final ProducerClaim claim;
  private int length;

  SpaceWait(Producer producer, RingCore core, ProducerClaim claim) {
    super(producer, core, core.memory.words.spaceWaiters);
    this.core = core;
    this.claim = claim;
  }

  SpaceWait ofLength(int recordLength) {
    length = recordLength;
    return this;
  }

  @Override
  boolean look() {
    if (claim.hasSpace(length)) {
      return true;
    }
    // A thread that spins on this sees nothing else of the dead.
    core.groups.evictDead(length);
    return claim.hasSpace(length);
  }

  /**
   * All that frees space is announced: consumers signal, deaths are told. Except the end of a
   * member that is joining or evicting: if it is killed at it, nobody knows it yet. And except the
   * end of a claim, which as a rule wakes consumers only.
   */
  @Override
  boolean isUncertain() {
    return !core.groups.evictDeadNow(length) || claim.isHeldByClaim();
  }

  @Override
  void clearUp() {
    core.groups.evictDeadNow(length);
    core.signals.deadSleepers().clear();
  }

  @Override
  long wanted() {
    return length;
  }

  @Override
  boolean hasRivals() {
    return core.producers.hasOthers(claim.slot.index);
  }

  /** What is left, or is too little for this one, may be enough for another. */
  @Override
  void passOn(boolean isReady) {
    if (hasRivals()) {
      core.signals.roomLeft(claim.room() - (isReady ? length : 0));
    }
  }
}
