package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.meeting.Meetings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Processes that do nothing but meet; the first of them measures. */
final class CrossingTrial implements Trial.Body {
  static final int PATIENCE_SECONDS = 30;
  private static final Metric MEAN = Metric.nanos("crossing_mean");
  private static final Metric P50 = Metric.nanos("crossing_p50");
  private static final Metric P99 = Metric.nanos("crossing_p99");

  private final String subject;
  private final int parties;
  private final boolean spins;

  CrossingTrial(String subject, int parties, boolean spins) {
    this.subject = subject;
    this.parties = parties;
    this.spins = spins;
  }

  Trial trial() {
    return new Trial(subject, Meetings.settings(subject), this);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    Meetings.prepare(subject, fork.directory(), parties);
    CrossingPhase.create(fork.directory()).close();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("subject", subject);
    arguments.put("parties", parties);
    arguments.put("spins", spins);
    arguments.put("warmUpMillis", plan.warmUpMillis());
    arguments.put("measureMillis", plan.measureMillis());
    List<ChildJvm> roles = new ArrayList<>();
    for (int i = 0; i < parties; i++) {
      arguments.put("me", i);
      List<Integer> cpus = Cpus.of(plan.cpus(), i, parties);
      roles.add(fork.start(subject + " party " + i, CrossingRole.class, cpus, arguments));
    }
    for (ChildJvm role : roles) {
      role.tell("join");
    }
    for (ChildJvm role : roles) {
      role.expect("joined", PATIENCE_SECONDS);
    }
    roles.forEach(role -> role.tell("go"));
    long patience =
        PATIENCE_SECONDS
            + TimeUnit.MILLISECONDS.toSeconds(plan.warmUpMillis() + plan.measureMillis());
    String[] mean = roles.get(0).expect("mean", patience).split(" ");
    Histogram histogram = roles.get(0).expectHistogram("measured", patience);
    long crossings = Long.parseLong(mean[1]);
    long timed = histogram.getTotalCount();
    return new Sample()
        .with(MEAN, Double.parseDouble(mean[0]) / crossings, crossings)
        .with(P50, histogram.getValueAtPercentile(50), timed)
        .with(P99, histogram.getValueAtPercentile(99), timed)
        .with(histogram);
  }
}
