package io.millrace.cli;

import io.millrace.cli.RingRates.ConsumerRates;
import io.millrace.cli.RingRates.GroupRates;
import io.millrace.cli.RingRates.ProducerRates;
import java.util.Comparator;

/**
 * How a ring does, or all publishers of a topic together. Rates are per second.
 *
 * @param name of the ring or topic
 * @param topic true for a topic
 * @param records committed
 * @param bytes of payload
 * @param fill the part of the fullest ring, 0 to 1, that its slowest group has still to read
 * @param lag how many bytes that group is behind
 * @param slowest its name; empty without groups
 * @param backPressures times without room
 * @param wakeUps sleepers woken
 * @param producers how many there are
 * @param consumers how many there are
 * @param dead producers and consumers that were killed, and whose place nobody has taken over
 */
record TopLine(
    String name,
    boolean topic,
    double records,
    double bytes,
    double fill,
    long lag,
    String slowest,
    double backPressures,
    double wakeUps,
    int producers,
    int consumers,
    int dead) {
  static TopLine of(String name, boolean topic, RingRates rates) {
    GroupRates slowest =
        rates.groups().stream()
            .filter(group -> !group.name().startsWith("millrace-"))
            .max(Comparator.comparingLong(GroupRates::lag))
            .orElse(null);
    return new TopLine(
        name,
        topic,
        rates.records(),
        rates.bytes(),
        slowest == null ? 0 : Math.min(1, slowest.lag() / (double) rates.capacity()),
        slowest == null ? 0 : slowest.lag(),
        slowest == null ? "" : slowest.name(),
        rates.producers().stream().mapToDouble(ProducerRates::backPressures).sum(),
        rates.producers().stream().mapToDouble(ProducerRates::wakeUps).sum()
            + rates.consumers().stream().mapToDouble(ConsumerRates::wakeUps).sum(),
        rates.producers().size(),
        rates.consumers().size(),
        (int) rates.producers().stream().filter(one -> !one.alive()).count()
            + (int) rates.consumers().stream().filter(one -> !one.alive()).count());
  }

  /** Together with another publisher of the same topic. */
  TopLine with(TopLine other) {
    TopLine slower = other.lag > lag ? other : this;
    return new TopLine(
        name,
        topic,
        records + other.records,
        bytes + other.bytes,
        Math.max(fill, other.fill),
        slower.lag,
        slower.slowest,
        backPressures + other.backPressures,
        wakeUps + other.wakeUps,
        producers + other.producers,
        consumers + other.consumers,
        dead + other.dead);
  }
}
