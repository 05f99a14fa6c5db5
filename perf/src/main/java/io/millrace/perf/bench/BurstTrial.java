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
import io.millrace.perf.link.Seat;
import io.millrace.perf.peer.Links;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One receiver; one or more senders, each with its part of every burst. */
final class BurstTrial implements Trial.Body {
  private static final Metric FIRST = Metric.nanos("message_p50");
  private static final Metric MOST = Metric.nanos("message_p99");
  private static final Metric WORST = Metric.worstNanos("message_max");
  private static final Metric LAST = Metric.nanos("last_p50");
  private static final Metric LAST_MOST = Metric.nanos("last_p99");
  private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final String subject;
  private final int producers;
  private final int size;
  private final int burst;

  BurstTrial(String subject, int producers, int size, int burst) {
    this.subject = subject;
    this.producers = producers;
    this.size = size;
    this.burst = burst;
  }

  Trial trial() {
    return new Trial(subject, Links.named(subject).settings(place(null)), this);
  }

  private LinkPlace place(Fork fork) {
    return LinkPlace.in(fork, "burst", size, Sends.MULTI, Waits.SPIN);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    LinkPlace place = place(fork);
    Link link = Links.named(subject);
    link.prepare(fork, List.of(place));
    fork.addFlags(link.jvmFlags());
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("part", Math.max(1, burst / producers));
    own.put("measureMillis", plan.measureMillis());
    return measure(
        plan,
        Crew.start(
            fork,
            subject,
            place,
            producers,
            List.of(new Seat(0, 0, false)),
            BurstReceivingRole.class,
            BurstSendingRole.class,
            own));
  }

  private static Sample measure(Plan plan, Crew crew) throws Exception {
    crew.open();
    // The clock of nanoTime() is that of the machine, the same in all processes.
    long warmUp = TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis());
    crew.tell("go " + (System.nanoTime() + LEAD_NANOS + warmUp));
    long patience =
        Crew.PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    Histogram messages = crew.receiver().expectHistogram("messages", patience);
    Histogram last = crew.receiver().expectHistogram("last", Crew.PATIENCE_SECONDS);
    crew.receiver().expect("complete", Crew.PATIENCE_SECONDS);
    for (ChildJvm sender : crew.senders()) {
      sender.expect("sent", Crew.PATIENCE_SECONDS);
      sender.tell("end");
    }
    long n = messages.getTotalCount();
    return new Sample()
        .with(messages)
        .with(LAST, last.getValueAtPercentile(50), last.getTotalCount())
        .with(LAST_MOST, last.getValueAtPercentile(99), last.getTotalCount())
        .with(FIRST, messages.getValueAtPercentile(50), n)
        .with(MOST, messages.getValueAtPercentile(99), n)
        .with(WORST, messages.getMaxValue(), n);
  }
}
