package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.RoundTrips;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.peer.Links;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A message there and back between two processes, over two links. */
final class RoundTripTrial implements Trial.Body {
  static final int PATIENCE_SECONDS = 30;
  private static final int ROLES = 2;

  private final String subject;
  private final int size;
  private final Waits waits;

  RoundTripTrial(String subject, int size, Waits waits) {
    this.subject = subject;
    this.size = size;
    this.waits = waits;
  }

  Trial trial() {
    return new Trial(subject, Links.named(subject).settings(place(null)), this);
  }

  private LinkPlace place(Fork fork) {
    return LinkPlace.in(fork, LinkPlace.THERE, size, Sends.MULTI, waits);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    LinkPlace place = place(fork);
    Link link = Links.named(subject);
    link.prepare(fork, List.of(place, place.named(LinkPlace.BACK)));
    fork.addFlags(link.jvmFlags());
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    int processes = ROLES + link.helpers();
    arguments.put("yields", processes > plan.cpus().size());
    arguments.put("messages", plan.messages());
    arguments.put("warmUpMillis", plan.warmUpMillis());
    arguments.put("measureMillis", plan.measureMillis());
    arguments.put("rate", plan.rate());
    List<Integer> cpus = plan.cpus();
    ChildJvm echo =
        fork.start(subject + " echo", EchoRole.class, Cpus.of(cpus, 1, processes), arguments);
    ChildJvm ping =
        fork.start(subject + " ping", PingRole.class, Cpus.of(cpus, 0, processes), arguments);
    both(echo, ping, "open", "opened");
    both(echo, ping, "connect", "connected");
    ping.tell("go");
    long patience =
        PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    return RoundTrips.sample(ping.expectHistogram("measured", patience));
  }

  private static void both(ChildJvm echo, ChildJvm ping, String order, String answer)
      throws Exception {
    echo.tell(order);
    ping.tell(order);
    echo.expect(answer, PATIENCE_SECONDS);
    ping.expect(answer, PATIENCE_SECONDS);
  }
}
