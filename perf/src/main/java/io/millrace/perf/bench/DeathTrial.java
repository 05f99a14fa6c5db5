package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Epoll;
import io.millrace.os.PidFd;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** From before SIGKILL is sent to a publisher until a listener has been told that it is dead. */
final class DeathTrial implements Trial.Body {
  /** A descriptor of the process in an epoll set: nothing else. */
  static final String BARE = "pidfd-epoll";

  private static final Metric P50 = Metric.nanos("death_to_listener_p50");
  private static final int WARM_UP = 2;
  private static final int VICTIMS = 15;
  private static final int FEW_VICTIMS = 5;

  private final String subject;

  DeathTrial(String subject) {
    this.subject = subject;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("subject", subject);
    arguments.put("place", PublishTrial.privateDirectory(fork, "deaths"));
    ChildJvm killer = fork.start(subject + " killer", KillerRole.class, List.of(), arguments);
    killer.expect("ready", PublishTrial.PATIENCE_SECONDS);
    int victims = WARM_UP + (fork.plan().quick() ? FEW_VICTIMS : VICTIMS);
    for (int i = 0; i < victims; i++) {
      ChildJvm victim =
          fork.start(subject + " victim " + i, VictimRole.class, List.of(), arguments);
      victim.expect("ready", PublishTrial.PATIENCE_SECONDS);
      killer.tell("kill " + victim.pid());
      killer.expect("killed", PublishTrial.PATIENCE_SECONDS);
    }
    killer.tell("report");
    Histogram histogram = killer.expectHistogram("measured", PublishTrial.PATIENCE_SECONDS);
    return new Sample()
        .with(histogram)
        .with(P50, histogram.getValueAtPercentile(50), histogram.getTotalCount());
  }

  /** The same for both listeners: how long a process takes to end depends on what it had open. */
  public static final class VictimRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        registry.publish(ServiceSpec.named("victim"));
        parent.say("ready");
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Kills whom it is told to, and measures until it hears of it. */
  public static final class KillerRole implements Role {
    private final Histogram histogram = new Histogram(PublishTrial.DIGITS);
    private final SynchronousQueue<Long> news = new SynchronousQueue<>();
    private int kills;

    @Override
    public void run(Parent parent) throws Exception {
      if (parent.argument("subject").equals(BARE)) {
        parent.say("ready");
        serve(parent, KillerRole::killAndAwait);
        return;
      }
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        registry.watch(new Listener(news));
        parent.say("ready");
        serve(parent, this::killAndListen);
      }
    }

    /** Sends the signal and returns how long the news of the death took. */
    private interface Killing {
      long nanos(int pid) throws Exception;
    }

    private void serve(Parent parent, Killing killing) throws Exception {
      while (true) {
        String order = parent.hear("", PublishTrial.PATIENCE_SECONDS);
        if (order.equals("report")) {
          parent.say("measured", histogram);
          return;
        }
        long nanos = killing.nanos(Integer.parseInt(order.substring(order.indexOf(' ') + 1)));
        if (++kills > WARM_UP) {
          histogram.recordValue(nanos);
        }
        parent.say("killed");
      }
    }

    private static long killAndAwait(int pid) {
      try (Descriptor process = PidFd.open(pid);
          Epoll epoll = new Epoll()) {
        epoll.add(process.number(), Epoll.IN, 0);
        ProcessHandle victim = ProcessHandle.of(pid).orElseThrow();
        long start = System.nanoTime();
        victim.destroyForcibly();
        epoll.await(Epoll.FOREVER);
        return System.nanoTime() - start;
      }
    }

    private long killAndListen(int pid) throws InterruptedException {
      // The listener knows the victim before it dies.
      requireTold(news.poll(PublishTrial.PATIENCE_SECONDS, TimeUnit.SECONDS));
      ProcessHandle victim = ProcessHandle.of(pid).orElseThrow();
      long start = System.nanoTime();
      victim.destroyForcibly();
      return requireTold(news.poll(PublishTrial.PATIENCE_SECONDS, TimeUnit.SECONDS)) - start;
    }

    private static long requireTold(Long nanos) {
      if (nanos == null) {
        throw new IllegalStateException("the listener was not told in time");
      }
      return nanos;
    }
  }

  /** Hands over when it was told. */
  private record Listener(SynchronousQueue<Long> news) implements ServiceListener {
    @Override
    public void onUp(Service service) {
      tell();
    }

    @Override
    public void onDown(Service service, Departure reason) {
      tell();
    }

    private void tell() {
      long now = System.nanoTime();
      try {
        news.put(now);
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
