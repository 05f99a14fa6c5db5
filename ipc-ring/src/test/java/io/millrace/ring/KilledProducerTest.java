package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.ring.Survivors.Manner;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A producer is killed after each step of each thing that it does. */
class KilledProducerTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("killed-producer")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  /** Step, how often it is reached, records committed then, claims left to be recovered. */
  private static Stream<Arguments> offers(boolean single) {
    Stream<Arguments> steps =
        Stream.of(
            Arguments.of(INTENT_POSITION_WRITTEN, 0, 0),
            Arguments.of(TAIL_MOVED, 0, 1),
            Arguments.of(HEADER_WRITTEN, 0, 1),
            Arguments.of(PAYLOAD_WRITTEN, 0, 1),
            Arguments.of(COMMITTED, 1, 0));
    return single
        ? steps
        : Stream.concat(steps, Stream.of(Arguments.of(INTENT_LENGTH_WRITTEN, 0, 0)));
  }

  private static Stream<Arguments> inBothManners(Stream<Arguments> cases) {
    return cases.flatMap(
        one ->
            Stream.of(Manner.values())
                .map(
                    manner -> {
                      Object[] old = one.get();
                      Object[] all = new Object[old.length + 1];
                      all[0] = manner;
                      System.arraycopy(old, 0, all, 1, old.length);
                      return Arguments.of(all);
                    }));
  }

  static Stream<Arguments> offersAmongOthers() {
    return inBothManners(offers(false));
  }

  static Stream<Arguments> offersAlone() {
    return inBothManners(offers(true));
  }

  @ParameterizedTest
  @MethodSource("offersAmongOthers")
  void afterAnyStepOfAnOfferNobodyIsStuck(
      Manner manner, Steps.Step step, int committed, int recovered) {
    killAfter(OPTIONS, manner, step, 1, "offer p 1 40", 1 + committed, recovered);
  }

  @ParameterizedTest
  @MethodSource("offersAlone")
  void afterAnyStepOfASingleProducersOfferNobodyIsStuck(
      Manner manner, Steps.Step step, int committed, int recovered) {
    killAfter(
        OPTIONS.forSingleProducer(), manner, step, 1, "offer p 1 40", 1 + committed, recovered);
  }

  static Stream<Arguments> batches() {
    return inBothManners(
        Stream.of(
            Arguments.of(TAIL_MOVED, 1, 0, 1),
            Arguments.of(PAYLOAD_WRITTEN, 1, 0, 1),
            Arguments.of(BATCH_RECORD_COMMITTED, 1, 1, 1),
            Arguments.of(HEADER_WRITTEN, 3, 2, 1),
            Arguments.of(BATCH_RECORD_COMMITTED, 3, 3, 1),
            Arguments.of(HEADER_WRITTEN, 4, 3, 1),
            Arguments.of(COMMITTED, 4, 3, 0)));
  }

  /** Room for four, three are written, the rest becomes padding at the end of the batch. */
  @ParameterizedTest
  @MethodSource("batches")
  void afterAnyStepOfABatchWhatWasAddedStays(
      Manner manner, Steps.Step step, int times, int committed, int recovered) {
    killAfter(OPTIONS, manner, step, times, "batch p 1 200 4 3", 1 + committed, recovered);
  }

  static Stream<Arguments> aborts() {
    return inBothManners(
        Stream.of(
            Arguments.of(HEADER_WRITTEN, 1),
            Arguments.of(PAYLOAD_WRITTEN, 1),
            Arguments.of(COMMITTED, 0)));
  }

  @ParameterizedTest
  @MethodSource("aborts")
  void afterAnyStepOfAnAbortNothingIsDelivered(Manner manner, Steps.Step step, int recovered) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, manner).with(ALONE).with(TOGETHER);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.run("offer p 0 40");
      child.run("claim p 1 300");
      survivors.awaitAsleep();
      child.runUpTo(step, 1, "abort p");
      child.kill();
      check(ring, survivors, 1, recovered);
    }
  }

  private void killAfter(
      RingOptions options,
      Manner manner,
      Steps.Step step,
      int times,
      String command,
      int committed,
      int recovered) {
    try (Ring ring = Ring.create(options);
        Survivors survivors =
            new Survivors(ring, manner).with(ALONE).with(TOGETHER).with(TOGETHER);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.run("offer p 0 40");
      survivors.awaitCaughtUp();
      survivors.awaitAsleep();
      child.runUpTo(step, times, command);
      child.kill();
      check(ring, survivors, committed, recovered);
    }
  }

  private static void check(Ring ring, Survivors survivors, int committed, int recovered) {
    survivors.awaitCaughtUp();
    survivors.produceCapacities(3);
    survivors.awaitCaughtUp();
    survivors.assertAllGotOwnRecords("alone", true);
    survivors.assertAllGotOwnRecords("together", false);
    Survivors.assertComplete(survivors.journal("alone"), 1, committed, true);
    Survivors.assertComplete(survivors.journal("together"), 1, committed, false);
    survivors.releaseProducer();
    int living = ring.counters().consumers().size();
    Slots.assertReusable(ring, 0, living, living);
    List<RingCounters.GroupCounters> groups = ring.counters().groups();
    assertEquals(
        recovered, groups.stream().mapToLong(RingCounters.GroupCounters::recoveries).sum());
    assertEquals(0, groups.stream().mapToLong(RingCounters.GroupCounters::redeliveries).sum());
  }
}
