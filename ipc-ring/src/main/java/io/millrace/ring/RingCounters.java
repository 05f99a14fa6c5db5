package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.ArrayList;
import java.util.List;

/**
 * What a ring and its members have counted, read from outside without stopping anything. Each value
 * is whole; values of different members are not of one instant.
 *
 * <p>Any thread may use it until the ring is closed.
 */
public final class RingCounters {
  private final RingCore core;
  private final RingMemory memory;

  RingCounters(RingCore core) {
    this.core = core;
    memory = core.memory;
  }

  /**
   * One producer.
   *
   * @param slot its slot
   * @param pid its process, in that process's pid namespace
   * @param isAlive false if it was killed and its slot was not used again yet
   * @param records committed records
   * @param bytes committed payload bytes
   * @param backPressures how often there was no room
   * @param wakeUps how many sleepers it woke
   * @param isForeign true if it is in another pid namespace than this process: here the pid means
   *     nothing, or another process
   */
  public record ProducerCounters(
      int slot,
      int pid,
      boolean isAlive,
      long records,
      long bytes,
      long backPressures,
      long wakeUps,
      boolean isForeign) {
    /**
     * One in the pid namespace of this process.
     *
     * @param slot its slot
     * @param pid its process
     * @param isAlive false if it was killed and its slot was not used again yet
     * @param records committed records
     * @param bytes committed payload bytes
     * @param backPressures how often there was no room
     * @param wakeUps how many sleepers it woke
     */
    public ProducerCounters(
        int slot,
        int pid,
        boolean isAlive,
        long records,
        long bytes,
        long backPressures,
        long wakeUps) {
      this(slot, pid, isAlive, records, bytes, backPressures, wakeUps, false);
    }
  }

  /**
   * One consumer.
   *
   * @param slot its slot
   * @param group the name of its group
   * @param pid its process, in that process's pid namespace
   * @param isAlive false if it was killed and nobody has taken its slot over yet
   * @param records handled records
   * @param bytes handled payload bytes
   * @param wakeUps how many waiting producers it woke
   * @param isForeign true if it is in another pid namespace than this process: here the pid means
   *     nothing, or another process
   */
  public record ConsumerCounters(
      int slot,
      String group,
      int pid,
      boolean isAlive,
      long records,
      long bytes,
      long wakeUps,
      boolean isForeign) {
    /**
     * One in the pid namespace of this process.
     *
     * @param slot its slot
     * @param group the name of its group
     * @param pid its process
     * @param isAlive false if it was killed and nobody has taken its slot over yet
     * @param records handled records
     * @param bytes handled payload bytes
     * @param wakeUps how many waiting producers it woke
     */
    public ConsumerCounters(
        int slot, String group, int pid, boolean isAlive, long records, long bytes, long wakeUps) {
      this(slot, group, pid, isAlive, records, bytes, wakeUps, false);
    }
  }

  /**
   * One group.
   *
   * @param name its name
   * @param isShared true for competing consumers
   * @param isRetained true if it is kept without consumers
   * @param position how far it has come
   * @param redeliveries records that were delivered again
   * @param recoveries claims of killed producers that it turned into padding
   */
  public record GroupCounters(
      String name,
      boolean isShared,
      boolean isRetained,
      long position,
      long redeliveries,
      long recoveries) {}

  /**
   * How far the stream has come.
   *
   * @return bytes claimed since the ring was created
   */
  public long position() {
    return core.whileOpen(memory.words::foundTail);
  }

  /**
   * How far the ring has been read by all groups that are kept without consumers: before this
   * position none of them has a record left, nor has a consumer of theirs one in hand. Retained
   * groups that come later do not count.
   *
   * @return the position in bytes from the start of the stream; that of the stream if there are no
   *     such groups, or they have read everything
   */
  public long retainedPosition() {
    return core.whileOpen(this::retainedPositionNow);
  }

  private long retainedPositionNow() {
    long lowest = memory.words.foundTail();
    for (GroupSlot group : memory.groups) {
      if (group.state() == ACTIVE && group.is(MODE_RETAIN)) {
        // The cursor first: a record is in hand before the cursor moves over it.
        lowest = Math.min(lowest, RingLayout.position(group.cursor()));
        for (ConsumerSlot slot : memory.consumers) {
          if (slot.names(group.index)) {
            lowest = Math.min(lowest, slot.inHand());
          }
        }
      }
    }
    return lowest;
  }

  /**
   * Groups that were removed because all their consumers had been killed and others needed their
   * room.
   *
   * @return how many
   */
  public long evictions() {
    return core.whileOpen(memory.words::evictions);
  }

  /**
   * Producers and consumers that ever joined.
   *
   * @return how many
   */
  public long joins() {
    return core.whileOpen(memory.words::joins);
  }

  /**
   * The number of waits that began without a place among the sleepers, because all were taken: such
   * a wait looks every few milliseconds. Make the ring with more {@link
   * RingOptions#maxWaiters(int)} if there are any.
   *
   * @return how many
   */
  public long waitsWithoutPlace() {
    return core.whileOpen(memory.words::unplaced);
  }

  /**
   * The producers.
   *
   * @return one entry each, by slot
   */
  public List<ProducerCounters> producers() {
    return core.whileOpen(this::producersNow);
  }

  private List<ProducerCounters> producersNow() {
    List<ProducerCounters> found = new ArrayList<>();
    for (ProducerSlot slot : memory.producers) {
      if (slot.state() == ACTIVE) {
        found.add(
            new ProducerCounters(
                slot.index,
                slot.owner.pid(),
                core.membership.isAlive(slot.lock()),
                slot.records(),
                slot.bytes(),
                slot.backPressures(),
                slot.wakeUps(),
                isForeign(slot.owner)));
      }
    }
    return found;
  }

  private boolean isForeign(SlotOwner owner) {
    return owner.pidNamespace() != core.membership.pidNamespace;
  }

  /**
   * The consumers of all groups.
   *
   * @return one entry each, by slot
   */
  public List<ConsumerCounters> consumers() {
    return core.whileOpen(this::consumersNow);
  }

  private List<ConsumerCounters> consumersNow() {
    List<ConsumerCounters> found = new ArrayList<>();
    for (ConsumerSlot slot : memory.consumers) {
      int group = slot.group();
      if (slot.state() == ACTIVE && group >= 0 && group < memory.groups.length) {
        found.add(
            new ConsumerCounters(
                slot.index,
                memory.groups[group].name(),
                slot.owner.pid(),
                core.membership.isAlive(slot.lock()),
                slot.records(),
                slot.bytes(),
                slot.wakeUps(),
                isForeign(slot.owner)));
      }
    }
    return found;
  }

  /**
   * The groups.
   *
   * @return one entry each, by slot
   */
  public List<GroupCounters> groups() {
    return core.whileOpen(this::groupsNow);
  }

  private List<GroupCounters> groupsNow() {
    List<GroupCounters> found = new ArrayList<>();
    for (GroupSlot group : memory.groups) {
      if (group.state() == ACTIVE) {
        found.add(
            new GroupCounters(
                group.name(),
                group.is(MODE_SHARED),
                group.is(MODE_RETAIN),
                RingLayout.position(group.cursor()),
                group.redeliveries(),
                group.recoveries()));
      }
    }
    return found;
  }
}
