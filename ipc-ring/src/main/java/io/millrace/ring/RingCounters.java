package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a ring and its members have counted, read from outside without stopping anything. Each value
 * is whole; values of different members are not of one instant.
 *
 * <p>Any thread may use it until the ring is closed.
 */
public final class RingCounters {
  private final Ring ring;
  private final RingMemory memory;
  private final UnsafeBuffer header;

  RingCounters(Ring ring) {
    this.ring = ring;
    memory = ring.memory();
    header = memory.header;
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
   */
  public record ProducerCounters(
      int slot,
      int pid,
      boolean isAlive,
      long records,
      long bytes,
      long backPressures,
      long wakeUps) {}

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
   */
  public record ConsumerCounters(
      int slot, String group, int pid, boolean isAlive, long records, long bytes, long wakeUps) {}

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
    return header().getLongVolatile(TAIL_OFFSET);
  }

  /**
   * Groups that were removed because all their consumers had been killed.
   *
   * @return how many
   */
  public long evictions() {
    return header().getLongVolatile(EVICTIONS_OFFSET);
  }

  /**
   * Producers and consumers that ever joined.
   *
   * @return how many
   */
  public long joins() {
    return header().getLongVolatile(JOINS_OFFSET);
  }

  /**
   * The producers.
   *
   * @return one entry each, by slot
   */
  public List<ProducerCounters> producers() {
    List<ProducerCounters> found = new ArrayList<>();
    for (int i = 0; i < memory.producers; i++) {
      int slot = producerSlot(i);
      if (header().getIntVolatile(slot + PRODUCER_STATE) == ACTIVE) {
        found.add(
            new ProducerCounters(
                i,
                header.getInt(slot + PRODUCER_IDENTITY + IDENTITY_PID),
                ring.membership().isAlive(producerLock(i)),
                header.getLongVolatile(slot + PRODUCED_RECORDS),
                header.getLongVolatile(slot + PRODUCED_BYTES),
                header.getLongVolatile(slot + BACK_PRESSURES),
                header.getLongVolatile(slot + PRODUCER_WAKE_UPS)));
      }
    }
    return found;
  }

  /**
   * The consumers of all groups.
   *
   * @return one entry each, by slot
   */
  public List<ConsumerCounters> consumers() {
    List<ConsumerCounters> found = new ArrayList<>();
    for (int i = 0; i < memory.consumers; i++) {
      int slot = memory.consumerSlot(i);
      int group = header().getInt(slot + CONSUMER_GROUP);
      if (header.getIntVolatile(slot + CONSUMER_STATE) == ACTIVE
          && group >= 0
          && group < memory.groups) {
        found.add(
            new ConsumerCounters(
                i,
                new Group(memory, group).name(),
                header.getInt(slot + CONSUMER_IDENTITY + IDENTITY_PID),
                ring.membership().isAlive(consumerLock(i)),
                header.getLongVolatile(slot + CONSUMED_RECORDS),
                header.getLongVolatile(slot + CONSUMED_BYTES),
                header.getLongVolatile(slot + CONSUMER_WAKE_UPS)));
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
    List<GroupCounters> found = new ArrayList<>();
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      if (group.state() == ACTIVE) {
        found.add(
            new GroupCounters(
                group.name(),
                group.isShared(),
                group.isRetained(),
                group.position(),
                header().getLongVolatile(group.slot + GROUP_REDELIVERIES),
                header.getLongVolatile(group.slot + GROUP_RECOVERIES)));
      }
    }
    return found;
  }

  private UnsafeBuffer header() {
    ring.throwExceptionIfClosed();
    return header;
  }
}
