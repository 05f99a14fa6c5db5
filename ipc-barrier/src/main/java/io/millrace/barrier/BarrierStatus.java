package io.millrace.barrier;

import java.util.List;
import java.util.Objects;

/**
 * The state of a barrier at one moment. Immutable.
 *
 * @param generation the number of the current generation
 * @param isBroken whether it is broken and waits for a reset
 * @param breakCause who broke it and how, in one sentence; empty if it is not broken
 * @param parties one entry for each place
 */
public record BarrierStatus(
    long generation, boolean isBroken, String breakCause, List<PartyStatus> parties) {
  /** Copies the list. */
  public BarrierStatus {
    Objects.requireNonNull(breakCause, "breakCause");
    parties = List.copyOf(parties);
  }

  /** What has become of a place. */
  public enum Occupancy {
    /** Nobody has joined. */
    FREE,
    /** A living party has it. */
    ALIVE,
    /** Its party was killed, and nobody has come for it yet. */
    DEAD
  }

  /**
   * One place.
   *
   * @param place its number, from 0
   * @param occupancy who has it
   * @param pid the process of its party, in that process's pid namespace; 0 if it is free
   * @param hasArrived whether its party has arrived in the current generation
   * @param isForeign true if its party is in another pid namespace than this process: here the pid
   *     means nothing, or another process
   */
  public record PartyStatus(
      int place, Occupancy occupancy, int pid, boolean hasArrived, boolean isForeign) {
    /**
     * A place that is free, or whose party is in the pid namespace of this process.
     *
     * @param place its number, from 0
     * @param occupancy who has it
     * @param pid the process of its party; 0 if it is free
     * @param hasArrived whether its party has arrived in the current generation
     */
    public PartyStatus(int place, Occupancy occupancy, int pid, boolean hasArrived) {
      this(place, occupancy, pid, hasArrived, false);
    }
  }

  /**
   * How many have arrived.
   *
   * @return 0 to the number of parties
   */
  public int arrived() {
    return (int) parties.stream().filter(PartyStatus::hasArrived).count();
  }
}
