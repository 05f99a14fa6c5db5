package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.RoundTrips;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.link.CallLink;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.peer.CallLinks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One process asks, another one answers. */
final class CallTrial implements Trial.Body {
  static final int PATIENCE_SECONDS = 30;
  private static final int ROLES = 2;

  private final String subject;
  private final int size;
  private final Waits waits;
  private final int window;

  CallTrial(String subject, int size, Waits waits, int window) {
    this.subject = subject;
    this.size = size;
    this.waits = waits;
    this.window = window;
  }

  Trial trial() {
    return new Trial(subject, CallLinks.named(subject).settings(place(null)), this);
  }

  /** Each direction has one sender. */
  private LinkPlace place(Fork fork) {
    return LinkPlace.in(fork, "calls", size, Sends.SINGLE, waits);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    LinkPlace place = place(fork);
    CallLink link = CallLinks.named(subject);
    link.prepare(fork, place);
    fork.addFlags(link.jvmFlags());
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    arguments.put("window", window);
    arguments.put("yields", ROLES > plan.cpus().size());
    arguments.putAll(RateMeter.arguments(plan, Long.MAX_VALUE));
    List<Integer> cpus = plan.cpus();
    ChildJvm server =
        fork.start(subject + " server", AnsweringRole.class, Cpus.of(cpus, 1, ROLES), arguments);
    ChildJvm client =
        fork.start(subject + " client", CallingRole.class, Cpus.of(cpus, 0, ROLES), arguments);
    for (String[] step : new String[][] {{"open", "opened"}, {"connect", "connected"}}) {
      server.tell(step[0]);
      client.tell(step[0]);
      server.expect(step[1], PATIENCE_SECONDS);
      client.expect(step[1], PATIENCE_SECONDS);
    }
    client.tell("go");
    RateMeter.Rate rate = RateMeter.of(client, plan);
    Histogram times = client.expectHistogram("times", PATIENCE_SECONDS);
    Sample sample = window == 1 ? RoundTrips.sample(times) : new Sample();
    return rate.addTo(sample, "calls/s");
  }
}
