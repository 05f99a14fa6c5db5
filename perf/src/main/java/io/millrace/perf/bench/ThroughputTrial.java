package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
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

/** One way, one receiver, one or more senders at full speed. */
final class ThroughputTrial implements Trial.Body {
  private static final Metric RATE = Metric.rate("rate", "msg/s");

  private final String subject;
  private final int producers;
  private final int size;
  private final Sends sends;

  ThroughputTrial(String subject, int producers, int size, Sends sends) {
    this.subject = subject;
    this.producers = producers;
    this.size = size;
    this.sends = sends;
  }

  Trial trial() {
    return new Trial(subject, Links.named(subject).settings(place(null)), this);
  }

  private LinkPlace place(Fork fork) {
    return LinkPlace.in(fork, "stream", size, sends, Waits.SPIN);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    LinkPlace place = place(fork);
    Link link = Links.named(subject);
    link.prepare(fork, List.of(place));
    fork.addFlags(link.jvmFlags());
    long half = link.mostBytes() / size / 2;
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("warmUpMessages", half);
    own.put("messages", Math.min(plan.messages(), half));
    own.put("warmUpMillis", plan.warmUpMillis());
    own.put("measureMillis", plan.measureMillis());
    return measure(
        plan,
        Crew.start(fork, subject, place, producers, ReceivingRole.class, SendingRole.class, own));
  }

  private static Sample measure(Plan plan, Crew crew) throws Exception {
    crew.open();
    crew.tell("go");
    long patience =
        Crew.PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    String[] measured = crew.receiver().expect("measured", patience).split(" ");
    crew.senders().forEach(ChildJvm::stop);
    long sent = 0;
    for (ChildJvm sender : crew.senders()) {
      sent += Long.parseLong(sender.expect("sent", Crew.PATIENCE_SECONDS));
    }
    crew.receiver().tell("expect " + sent);
    crew.receiver().expect("complete", Crew.PATIENCE_SECONDS);
    crew.senders().forEach(sender -> sender.tell("end"));
    long messages = Long.parseLong(measured[0]);
    double seconds = Long.parseLong(measured[1]) / 1e9;
    return new Sample().with(RATE, messages / seconds, messages);
  }
}
