package io.millrace.cli;

import io.millrace.ring.RingCounters.ConsumerCounters;
import io.millrace.ring.RingCounters.GroupCounters;
import io.millrace.ring.RingCounters.ProducerCounters;
import java.util.List;
import java.util.function.Predicate;

/**
 * What happened in a ring between two readings. All rates are per second.
 *
 * @param ring its name
 * @param seconds how long the time between the readings was
 * @param capacity of the ring, bytes
 * @param position how far the stream has come, bytes
 * @param fill the part of the ring, 0 to 1, that the slowest group has still to read
 * @param records committed
 * @param bytes of payload
 * @param joins in total
 * @param evictions in total
 * @param producers one entry each
 * @param groups one entry each
 * @param consumers one entry each
 */
record RingRates(
    String ring,
    double seconds,
    long capacity,
    long position,
    double fill,
    double records,
    double bytes,
    long joins,
    long evictions,
    List<ProducerRates> producers,
    List<GroupRates> groups,
    List<ConsumerRates> consumers) {
  /** Rates of a producer; the totals are since it joined. Foreign: in another pid namespace. */
  record ProducerRates(
      int slot,
      int pid,
      boolean foreign,
      boolean alive,
      double records,
      double bytes,
      double backPressures,
      double wakeUps,
      long totalRecords,
      long totalBackPressures) {}

  /** How a group does; lag in bytes, the totals are since the group was made. */
  record GroupRates(
      String name,
      boolean shared,
      boolean retained,
      int consumers,
      long lag,
      double records,
      long redeliveries,
      long recoveries) {}

  /** Rates of a consumer. Foreign: in another pid namespace. */
  record ConsumerRates(
      int slot,
      String group,
      int pid,
      boolean foreign,
      boolean alive,
      double records,
      double bytes,
      double wakeUps,
      long totalRecords) {}

  static RingRates between(String ring, long capacity, RingReading before, RingReading now) {
    double seconds = Math.max(1, now.nanos() - before.nanos()) / 1e9;
    List<ProducerRates> producers =
        now.producers().stream().map(one -> rates(before, one, seconds)).toList();
    List<ConsumerRates> consumers =
        now.consumers().stream().map(one -> rates(before, one, seconds)).toList();
    return new RingRates(
        ring,
        seconds,
        capacity,
        now.position(),
        Math.min(1, now.slowestLag() / (double) capacity),
        producers.stream().mapToDouble(ProducerRates::records).sum(),
        producers.stream().mapToDouble(ProducerRates::bytes).sum(),
        now.joins(),
        now.evictions(),
        producers,
        now.groups().stream().map(group -> rates(now, group, consumers)).toList(),
        consumers);
  }

  private static ProducerRates rates(RingReading before, ProducerCounters now, double seconds) {
    ProducerCounters then =
        find(
            before.producers(),
            one ->
                one.slot() == now.slot()
                    && one.pid() == now.pid()
                    && one.records() <= now.records(),
            new ProducerCounters(now.slot(), now.pid(), true, 0, 0, 0, 0));
    return new ProducerRates(
        now.slot(),
        now.pid(),
        now.isForeign(),
        now.isAlive(),
        (now.records() - then.records()) / seconds,
        (now.bytes() - then.bytes()) / seconds,
        (now.backPressures() - then.backPressures()) / seconds,
        (now.wakeUps() - then.wakeUps()) / seconds,
        now.records(),
        now.backPressures());
  }

  private static ConsumerRates rates(RingReading before, ConsumerCounters now, double seconds) {
    ConsumerCounters then =
        find(
            before.consumers(),
            one ->
                one.slot() == now.slot()
                    && one.pid() == now.pid()
                    && one.records() <= now.records(),
            new ConsumerCounters(now.slot(), now.group(), now.pid(), true, 0, 0, 0));
    return new ConsumerRates(
        now.slot(),
        now.group(),
        now.pid(),
        now.isForeign(),
        now.isAlive(),
        (now.records() - then.records()) / seconds,
        (now.bytes() - then.bytes()) / seconds,
        (now.wakeUps() - then.wakeUps()) / seconds,
        now.records());
  }

  private static GroupRates rates(
      RingReading now, GroupCounters group, List<ConsumerRates> consumers) {
    List<ConsumerRates> own =
        consumers.stream().filter(consumer -> consumer.group().equals(group.name())).toList();
    return new GroupRates(
        group.name(),
        group.isShared(),
        group.isRetained(),
        own.size(),
        now.lag(group),
        own.stream().mapToDouble(ConsumerRates::records).sum(),
        group.redeliveries(),
        group.recoveries());
  }

  /** What was counted for a member before; a new one in the same place starts from zero. */
  private static <T> T find(List<T> before, Predicate<T> isSame, T otherwise) {
    return before.stream().filter(isSame).findFirst().orElse(otherwise);
  }
}
