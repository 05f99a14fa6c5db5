package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What anybody may have written into the shared memory costs an error, never a crash, a hang or an
 * access outside of it. The system property {@code millrace.barrier.damage} makes it more rounds.
 */
@Timeout(300)
class DamageTest extends LocalParties {
  private static final int ROUNDS = Integer.getInteger("millrace.barrier.damage", 150);
  private static final long[] EDGES = {0, 1, 2, 3, 4, 255, 256, -1, -2, Long.MIN_VALUE, 1 << 9};

  @RepeatedTest(4)
  void damagedWordsCostAnErrorAtMost(RepetitionInfo repetition) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = repetition.getCurrentRepetition() * 1_000_003L + round;
      Random random = new Random(seed);
      List<Barrier> parties = parties(1 + random.nextInt(4));
      if (parties.size() > 1 && random.nextBoolean()) {
        parties.remove(parties.size() - 1).leave();
      }
      parties.forEach(party -> party.spin(Duration.ofNanos(random.nextInt(2) * 1_000L)));
      try (SharedWords view = SharedWords.of(parties.get(0))) {
        for (int step = 0; step < 12; step++) {
          damage(view.words(), random);
          use(parties, random, seed);
        }
      } finally {
        parties.forEach(DamageTest::close);
      }
    }
  }

  @Test
  void aStateThatNoPartyWritesIsCalledDamaged() {
    Barrier party = parties(2).get(0);
    try (SharedWords view = SharedWords.of(party)) {
      view.words().putLongVolatile(BarrierLayout.STATE_OFFSET, 2);
      requireDamaged(party);
      view.words().putLongVolatile(BarrierLayout.STATE_OFFSET, 7L << 9);
      requireDamaged(party);
      view.words().putLongVolatile(BarrierLayout.STATE_OFFSET, 1L << 9 | 200);
      requireDamaged(party);
      view.words().putLongVolatile(BarrierLayout.STATE_OFFSET, 0);
    }
  }

  private static void requireDamaged(Barrier party) {
    try {
      party.arrive();
    } catch (DamagedBarrierException damaged) {
      return;
    } catch (BrokenBarrierException broken) {
      fail(broken);
    }
    fail("arrived in a damaged barrier");
  }

  private static void damage(UnsafeBuffer words, Random random) {
    int from = BarrierLayout.STATE_OFFSET;
    int count = (BarrierLayout.place(4) - from) / Long.BYTES;
    for (int i = random.nextInt(3); i >= 0; i--) {
      int word = random.nextInt(3) == 0 ? 0 : random.nextInt(count);
      words.putLongVolatile(from + word * Long.BYTES, value(random));
    }
  }

  private static long value(Random random) {
    long edge = EDGES[random.nextInt(EDGES.length)];
    return switch (random.nextInt(4)) {
      case 0 -> edge;
      case 1 -> edge << random.nextInt(64);
      case 2 -> random.nextInt(1 << 14);
      default -> random.nextLong();
    };
  }

  /** Something any party may do; nothing here may wait for ever. */
  private void use(List<Barrier> parties, Random random, long seed) throws InterruptedException {
    Barrier party = parties.get(random.nextInt(parties.size()));
    try {
      switch (random.nextInt(8)) {
        case 0 -> party.await(Duration.ofMillis(random.nextInt(2)));
        case 1 -> party.awaitGeneration(party.arrive(), Duration.ofMillis(1));
        case 2 -> party.reset();
        case 3 -> party.isBroken();
        case 4 -> party.prepareWait(party.arrive());
        case 5 -> party.cancelWait();
        case 6 -> join(party).leave();
        default -> party.toString();
      }
    } catch (BrokenBarrierException
        | TimeoutException
        | IllegalStateException
        | DamagedBarrierException allowed) {
      // ISE: also "all places are taken".
    } catch (RuntimeException | Error thrown) {
      throw new AssertionError("seed " + seed, thrown);
    }
  }

  /** What cannot be closed in good order still releases everything. */
  private static void close(Barrier party) {
    try {
      party.close();
    } catch (DamagedBarrierException damaged) {
      // LocalParties sees to it that nothing is left open.
    }
  }
}
