package io.millrace.cli;

import io.millrace.ring.RingCounters;
import io.millrace.ring.RingCounters.ConsumerCounters;
import io.millrace.ring.RingCounters.GroupCounters;
import io.millrace.ring.RingCounters.ProducerCounters;
import java.util.List;

/**
 * The counters of a ring, read one after the other at about one time.
 *
 * @param nanos that time
 * @param position how far the stream has come
 * @param joins members that ever joined
 * @param evictions groups that were removed because all their consumers had been killed
 * @param producers the producers
 * @param groups the groups
 * @param consumers the consumers
 */
record RingReading(
    long nanos,
    long position,
    long joins,
    long evictions,
    List<ProducerCounters> producers,
    List<GroupCounters> groups,
    List<ConsumerCounters> consumers) {
  static RingReading of(RingCounters counters) {
    // Groups before the position: so none is ahead of it.
    List<GroupCounters> groups = counters.groups();
    return new RingReading(
        System.nanoTime(),
        counters.position(),
        counters.joins(),
        counters.evictions(),
        counters.producers(),
        groups,
        counters.consumers());
  }

  long lag(GroupCounters group) {
    return Math.max(0, position - group.position());
  }

  /** How far the slowest group is behind; 0 without groups. */
  long slowestLag() {
    return groups.stream().mapToLong(this::lag).max().orElse(0);
  }
}
