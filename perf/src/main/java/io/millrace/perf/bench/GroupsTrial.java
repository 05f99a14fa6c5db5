package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.harness.TrialException;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.Seat;
import io.millrace.perf.peer.Links;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One sender at full speed, and groups that get everything, the members of each sharing it. The
 * rate is that of the slowest group.
 */
final class GroupsTrial implements Trial.Body {
  private static final Metric RATE = Metric.rate("rate", "msg/s");
  private static final int PATIENCE_SECONDS = 30;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String subject;
  private final int groups;
  private final int members;
  private final boolean competing;
  private final int size;

  GroupsTrial(String subject, int groups, int members, boolean competing, int size) {
    this.subject = subject;
    this.groups = groups;
    this.members = members;
    this.competing = competing;
    this.size = size;
  }

  Trial trial() {
    return new Trial(subject, Links.named(subject).settings(place(null)), this);
  }

  private LinkPlace place(Fork fork) {
    return LinkPlace.in(fork, "stream", size, Sends.MULTI, Waits.SPIN);
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Plan plan = fork.plan();
    LinkPlace place = place(fork);
    Link link = Links.named(subject);
    link.prepare(fork, List.of(place));
    fork.addFlags(link.jvmFlags());
    int roles = 1 + groups * members;
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    arguments.put("yields", roles > plan.cpus().size());
    arguments.put("producer", 0);
    arguments.put("members", members);
    try (CountBoard board = CountBoard.create(fork.directory(), groups * members)) {
      ChildJvm sender =
          fork.start(
              subject + " sender", SendingRole.class, Cpus.of(plan.cpus(), 1, roles), arguments);
      List<ChildJvm> receivers = new ArrayList<>();
      for (int i = 0; i < groups * members; i++) {
        Map<String, Object> own = new LinkedHashMap<>(arguments);
        own.putAll(new Seat(i / members, i % members, competing).arguments());
        List<Integer> cpus = Cpus.of(plan.cpus(), i == 0 ? 0 : i + 1, roles);
        receivers.add(fork.start(subject + " receiver " + i, SeatRole.class, cpus, own));
      }
      open(sender, receivers);
      Sample sample = measure(plan, link.mostBytes() / size / 2, board);
      finish(sender, receivers);
      return sample;
    }
  }

  private static void open(ChildJvm sender, List<ChildJvm> receivers) throws Exception {
    for (ChildJvm receiver : receivers) {
      receiver.tell("open");
      receiver.expect("opened", PATIENCE_SECONDS);
    }
    sender.tell("open");
    sender.expect("opened", PATIENCE_SECONDS);
    receivers.forEach(receiver -> receiver.tell("go"));
    sender.tell("go");
  }

  private Sample measure(Plan plan, long mostMessages, CountBoard board) throws Exception {
    await(board, 0, 1, PATIENCE_SECONDS * TimeUnit.SECONDS.toNanos(1));
    await(board, 0, mostMessages, TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis()));
    long[] before = counts(board);
    long start = System.nanoTime();
    await(
        board,
        least(before),
        Math.min(plan.messages(), mostMessages),
        TimeUnit.MILLISECONDS.toNanos(plan.measureMillis()));
    long[] after = counts(board);
    double seconds = (System.nanoTime() - start) / 1e9;
    long received = Long.MAX_VALUE;
    for (int group = 0; group < groups; group++) {
      received = Math.min(received, after[group] - before[group]);
    }
    return new Sample().with(RATE, received / seconds, received);
  }

  /** Until the slowest group has got so many messages more, or time is over. */
  private void await(CountBoard board, long from, long messages, long nanos) {
    long start = System.nanoTime();
    while (least(counts(board)) - from < messages && System.nanoTime() - start < nanos) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private long[] counts(CountBoard board) {
    long[] counts = new long[groups];
    for (int group = 0; group < groups; group++) {
      counts[group] = board.sum(group * members, members);
    }
    return counts;
  }

  private static long least(long[] counts) {
    return Arrays.stream(counts).min().orElseThrow();
  }

  /** Lets the sender stop and checks that every group has got every message once. */
  private void finish(ChildJvm sender, List<ChildJvm> receivers) throws Exception {
    sender.stop();
    long sent = Long.parseLong(sender.expect("sent", PATIENCE_SECONDS));
    receivers.forEach(receiver -> receiver.tell("expect " + sent));
    long[] counts = new long[groups];
    long[] sums = new long[groups];
    for (int i = 0; i < receivers.size(); i++) {
      String[] got = receivers.get(i).expect("complete", PATIENCE_SECONDS).split(" ");
      counts[i / members] += Long.parseLong(got[0]);
      sums[i / members] += Long.parseLong(got[1]);
    }
    for (int group = 0; group < groups; group++) {
      // The messages are numbered from 0.
      if (counts[group] != sent || sums[group] != sent * (sent - 1) / 2) {
        throw new TrialException(
            "group " + group + " got " + counts[group] + " of " + sent + ", or others than those");
      }
    }
    receivers.forEach(receiver -> receiver.tell("end"));
    sender.tell("end");
  }
}
