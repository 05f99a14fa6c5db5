package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One way, one receiver, one or more senders at full speed. */
final class ThroughputTrial implements Trial.Body {
  private static final Metric RATE = Metric.rate("rate", "msg/s");
  private static final int PATIENCE_SECONDS = 30;

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
    int roles = 1 + producers;
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    arguments.put("yields", roles > plan.cpus().size());
    arguments.put("producers", producers);
    long half = link.mostBytes() / size / 2;
    arguments.put("warmUpMessages", half);
    arguments.put("messages", Math.min(plan.messages(), half));
    arguments.put("warmUpMillis", plan.warmUpMillis());
    arguments.put("measureMillis", plan.measureMillis());
    ChildJvm receiver =
        fork.start(
            subject + " receiver", ReceivingRole.class, Cpus.of(plan.cpus(), 0, roles), arguments);
    List<ChildJvm> senders = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      arguments.put("producer", i);
      List<Integer> cpus = Cpus.of(plan.cpus(), i + 1, roles);
      senders.add(fork.start(subject + " sender " + i, SendingRole.class, cpus, arguments));
    }
    return measure(plan, receiver, senders);
  }

  private static Sample measure(Plan plan, ChildJvm receiver, List<ChildJvm> senders)
      throws Exception {
    receiver.tell("open");
    receiver.expect("opened", PATIENCE_SECONDS);
    for (ChildJvm sender : senders) {
      sender.tell("open");
      sender.expect("opened", PATIENCE_SECONDS);
    }
    receiver.tell("go");
    senders.forEach(sender -> sender.tell("go"));
    long patience =
        PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    String[] measured = receiver.expect("measured", patience).split(" ");
    senders.forEach(ChildJvm::stop);
    long sent = 0;
    for (ChildJvm sender : senders) {
      sent += Long.parseLong(sender.expect("sent", PATIENCE_SECONDS));
    }
    receiver.tell("expect " + sent);
    receiver.expect("complete", PATIENCE_SECONDS);
    senders.forEach(sender -> sender.tell("end"));
    long messages = Long.parseLong(measured[0]);
    double seconds = Long.parseLong(measured[1]) / 1e9;
    return new Sample().with(RATE, messages / seconds, messages);
  }
}
