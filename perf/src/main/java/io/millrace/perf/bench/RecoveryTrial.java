package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/** Kills producers between claim and commit, one after the other, while a consumer waits. */
final class RecoveryTrial implements Trial.Body {
  static final int SIZE = 32;
  private static final Metric P50 = Metric.nanos("kill_to_flow_p50");
  private static final Metric MAX = Metric.worstNanos("kill_to_flow_max");
  private static final int WARM_UP = 2;
  private static final int VICTIMS = 15;
  private static final int FEW_VICTIMS = 5;
  private static final int CAPACITY = 64 * 1024;
  private static final String NAME = "ring";

  @Override
  public Sample run(Fork fork) throws Exception {
    Map<String, Object> arguments = Map.of("place", PublishTrial.privateDirectory(fork, "rings"));
    ChildJvm reader = fork.start("reader", ReaderRole.class, List.of(), arguments);
    reader.expect("ready", PublishTrial.PATIENCE_SECONDS);
    int victims = WARM_UP + (fork.plan().quick() ? FEW_VICTIMS : VICTIMS);
    for (int i = 0; i < victims; i++) {
      ChildJvm victim = fork.start("victim " + i, VictimRole.class, List.of(), arguments);
      victim.expect("claimed", PublishTrial.PATIENCE_SECONDS);
      reader.tell("kill " + victim.pid());
      reader.expect("flows", PublishTrial.PATIENCE_SECONDS);
    }
    reader.tell("report");
    Histogram histogram = reader.expectHistogram("measured", PublishTrial.PATIENCE_SECONDS);
    long n = histogram.getTotalCount();
    return new Sample()
        .with(histogram)
        .with(P50, histogram.getValueAtPercentile(50), n)
        .with(MAX, histogram.getMaxValue(), n);
  }

  /** Claims, and never commits. */
  public static final class VictimRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")));
          Ring ring = registry.joinRing(NAME);
          Producer producer = ring.addProducer()) {
        if (producer.tryClaim(1, SIZE) < 0) {
          throw new IllegalStateException("there is no room for a claim");
        }
        parent.say("claimed");
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Writes behind the claim, kills its owner, and reads until that comes through. */
  public static final class ReaderRole implements Role {
    private final Histogram histogram = new Histogram(PublishTrial.DIGITS);

    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")));
          Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
          Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
        registry.publish(NAME, ring, Capabilities.none());
        parent.say("ready");
        UnsafeBuffer record = new UnsafeBuffer(new byte[SIZE]);
        int kills = 0;
        while (true) {
          String order = parent.hear("", PublishTrial.PATIENCE_SECONDS);
          if (order.equals("report")) {
            parent.say("measured", histogram);
            return;
          }
          if (producer.offer(1, record, 0, SIZE) < 0) {
            throw new IllegalStateException("there is no room for a record");
          }
          int pid = Integer.parseInt(order.substring(order.indexOf(' ') + 1));
          long nanos = killAndRead(ProcessHandle.of(pid).orElseThrow(), consumer);
          if (++kills > WARM_UP) {
            histogram.recordValue(nanos);
          }
          parent.say("flows");
        }
      }
    }

    private static long killAndRead(ProcessHandle victim, Consumer consumer) {
      if (consumer.poll((type, data, offset, length) -> {}, 1) != 0) {
        throw new IllegalStateException("the claim holds nobody up");
      }
      long start = System.nanoTime();
      victim.destroyForcibly();
      while (consumer.poll((type, data, offset, length) -> {}, 1) == 0) {
        Thread.onSpinWait();
      }
      return System.nanoTime() - start;
    }
  }
}
