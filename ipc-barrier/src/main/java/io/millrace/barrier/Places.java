package io.millrace.barrier;

import io.millrace.os.Descriptor;
import io.millrace.os.LockHolders;
import io.millrace.os.OfdLock;
import io.millrace.os.Patience;
import java.util.StringJoiner;
import org.agrona.concurrent.UnsafeBuffer;

/** The places of a barrier: who has which, and which of them live. */
final class Places {
  private final UnsafeBuffer words;
  private final int count;
  private final Descriptor own;

  /**
   * Looks at the places of a region.
   *
   * @param words its shared words
   * @param count how many places it has
   * @param own what locks are taken and probed through
   */
  Places(UnsafeBuffer words, int count, Descriptor own) {
    this.words = words;
    this.count = count;
    this.own = own;
  }

  int count() {
    return count;
  }

  /** Looked at before and behind what a place says of its owner ({@code barrier-status-pid.wm}). */
  long status(int place) {
    return words.getLongVolatile(offset(place, BarrierLayout.STATUS_OFFSET));
  }

  /** See {@code barrier-status-pid.wm}. */
  boolean moveStatus(int place, long from, long to) {
    return words.compareAndSetLong(offset(place, BarrierLayout.STATUS_OFFSET), from, to);
  }

  /** Only for the owner of the place, with its lock held ({@code barrier-members.wm}). */
  void setStatus(int place, long status) {
    words.putLongVolatile(offset(place, BarrierLayout.STATUS_OFFSET), status);
  }

  /** See {@code barrier-status-pid.wm}, {@code barrier-culprit.wm}. */
  int pid(int place) {
    return words.getIntVolatile(offset(place, BarrierLayout.PID_OFFSET));
  }

  /** See {@code barrier-status-pid.wm}. */
  long pidNamespace(int place) {
    return words.getLongVolatile(offset(place, BarrierLayout.PID_NAMESPACE_OFFSET));
  }

  /**
   * Behind the record of the break that the last owner caused, and the status that is its own no
   * more ({@code barrier-culprit.wm}, {@code barrier-status-pid.wm}).
   */
  void setOwner(int place, int pid, long pidNamespace) {
    words.putLongRelease(offset(place, BarrierLayout.ARRIVED_IN_OFFSET), 0);
    words.putIntRelease(offset(place, BarrierLayout.PID_OFFSET), pid);
    words.putLongRelease(offset(place, BarrierLayout.PID_NAMESPACE_OFFSET), pidNamespace);
  }

  /**
   * Grows whenever a place has changed hands, so that the others look again ({@code
   * barrier-members.wm}).
   */
  long members() {
    return words.getLongVolatile(BarrierLayout.MEMBERS_OFFSET);
  }

  /** Behind the status of the place ({@code barrier-members.wm}). */
  void changeMembers() {
    words.getAndAddLong(BarrierLayout.MEMBERS_OFFSET, 1);
  }

  boolean tryLock(int place) {
    return OfdLock.tryLock(own, BarrierLayout.place(place));
  }

  void unlock(int place) {
    OfdLock.unlock(own, BarrierLayout.place(place));
  }

  boolean tryLockRepair() {
    return OfdLock.tryLock(own, BarrierLayout.REPAIR_LOCK);
  }

  /** Says who is in the way of a repair. */
  IllegalStateException repairTakesTooLong() {
    return new IllegalStateException(
        "the broken barrier has been held for "
            + Patience.USUAL.toSeconds()
            + " s by a party that resets it: "
            + LockHolders.describe(own, BarrierLayout.REPAIR_LOCK)
            + "; it is probably stopped: resume or kill it");
  }

  void unlockRepair() {
    OfdLock.unlock(own, BarrierLayout.REPAIR_LOCK);
  }

  boolean isLockedByAnother(int place) {
    return OfdLock.isHeldByAnother(own, BarrierLayout.place(place));
  }

  /**
   * Tells whether the party that a status was read of has died. Its lock is free and yet the place
   * is still marked as taken by it: a party that leaves changes the mark before it unlocks.
   */
  boolean isDead(int place, long status) {
    return PlaceStatus.phase(status) == PlaceStatus.DEAD
        || PlaceStatus.phase(status) == PlaceStatus.JOINED
            && !isLockedByAnother(place)
            && status(place) == status;
  }

  /** Tells whether any place but one has a living party in it. */
  boolean isAnyoneElseHere(int ownPlace) {
    for (int i = 0; i < count(); i++) {
      if (i != ownPlace
          && PlaceStatus.phase(status(i)) == PlaceStatus.JOINED
          && isLockedByAnother(i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Declares, before the arrival counts, in which generation the owner of a place arrives ({@code
   * barrier-declared.wm}).
   */
  void setArrivedIn(int place, long generation) {
    words.putLongRelease(offset(place, BarrierLayout.ARRIVED_IN_OFFSET), generation + 1);
  }

  /** Behind the state ({@code barrier-declared.wm}). */
  boolean hasArrivedIn(int place, long generation) {
    return words.getLongVolatile(offset(place, BarrierLayout.ARRIVED_IN_OFFSET)) == generation + 1;
  }

  /**
   * Remembers for a party that waits in it that a generation broke and did not complete ({@code
   * barrier-broken-mark.wm}).
   */
  void markBroken(int place, long generation) {
    words.putLongRelease(offset(place, BarrierLayout.BROKEN_IN_OFFSET), generation + 1);
  }

  /** Behind the state ({@code barrier-broken-mark.wm}). */
  boolean isBrokenIn(int place, long generation) {
    return words.getLongVolatile(offset(place, BarrierLayout.BROKEN_IN_OFFSET)) == generation + 1;
  }

  boolean isAnyoneDead(int ownPlace) {
    for (int i = 0; i < count(); i++) {
      if (i != ownPlace && isDead(i, status(i))) {
        return true;
      }
    }
    return false;
  }

  /** Frees the places of the dead. The barrier is broken and stays so: the repair lock is held. */
  void removeDead(int ownPlace) {
    for (int i = 0; i < count(); i++) {
      long status = status(i);
      if (i != ownPlace && isDead(i, status)) {
        // A compare-and-set, because a successor may be moving in.
        moveStatus(
            i, status, PlaceStatus.status(PlaceStatus.incarnation(status), PlaceStatus.FREE));
        changeMembers();
      }
    }
  }

  /** Names those who have not arrived, for messages. */
  String missingIn(long generation) {
    StringJoiner missing = new StringJoiner(", ");
    for (int i = 0; i < count(); i++) {
      if (!hasArrivedIn(i, generation)) {
        missing.add(name(i));
      }
    }
    return missing.toString();
  }

  /** Names the owner of each place, for messages. */
  String owners() {
    StringJoiner owners = new StringJoiner(", ");
    for (int i = 0; i < count(); i++) {
      owners.add(name(i));
    }
    return owners.toString();
  }

  private String name(int place) {
    return PlaceStatus.phase(status(place)) == PlaceStatus.FREE
        ? "party " + place + " (not joined)"
        : "party " + place + " (pid " + pid(place) + ")";
  }

  private static int offset(int place, int field) {
    return BarrierLayout.place(place) + field;
  }
}
