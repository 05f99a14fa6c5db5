package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One way at full speed: one or more senders, and groups that get everything, the members of each
 * sharing it. The rate is that of the slowest group.
 */
final class StreamTrial implements Trial.Body {
  private final String subject;
  private final int producers;
  private final int groups;
  private final int members;
  private final boolean competing;
  private final int size;
  private final Sends sends;

  private StreamTrial(
      String subject,
      int producers,
      int groups,
      int members,
      boolean competing,
      int size,
      Sends sends) {
    this.subject = subject;
    this.producers = producers;
    this.groups = groups;
    this.members = members;
    this.competing = competing;
    this.size = size;
    this.sends = sends;
  }

  /** To one receiver. */
  static Trial toOne(String subject, int producers, int size, Sends sends) {
    return new StreamTrial(subject, producers, 1, 1, false, size, sends).trial();
  }

  /** From one sender; each group has one member, or more that compete. */
  static Trial toGroups(String subject, int groups, int members, boolean competing, int size) {
    return new StreamTrial(subject, 1, groups, members, competing, size, Sends.MULTI).trial();
  }

  private Trial trial() {
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
    List<Seat> seats = new ArrayList<>();
    for (int i = 0; i < groups * members; i++) {
      seats.add(new Seat(i / members, i % members, competing));
    }
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("groups", groups);
    own.put("members", members);
    own.putAll(RateMeter.arguments(plan, link.mostBytes() / size));
    CountBoard.create(fork.directory(), groups, members).close();
    Crew crew =
        Crew.start(
            fork, subject, place, producers, seats, ReceivingRole.class, SendingRole.class, own);
    crew.open();
    crew.tell("go");
    RateMeter.Rate rate = RateMeter.of(crew.receiver(), plan);
    finish(crew);
    return rate.addTo(new Sample(), "msg/s");
  }

  /** Lets the senders stop and checks that every group has got every message once. */
  private void finish(Crew crew) throws Exception {
    crew.senders().forEach(ChildJvm::stop);
    long sent = 0;
    for (ChildJvm sender : crew.senders()) {
      sent += Long.parseLong(sender.expect("sent", Crew.PATIENCE_SECONDS));
    }
    String expected = "expect " + sent;
    crew.receivers().forEach(receiver -> receiver.tell(expected));
    long[] counts = new long[groups];
    long[] sums = new long[groups];
    for (int i = 0; i < crew.receivers().size(); i++) {
      String[] got = crew.receivers().get(i).expect("complete", Crew.PATIENCE_SECONDS).split(" ");
      counts[i / members] += Long.parseLong(got[0]);
      sums[i / members] += Long.parseLong(got[1]);
    }
    for (int group = 0; competing && group < groups; group++) {
      // A receiver alone finds out by itself. The messages are numbered from 0.
      if (counts[group] != sent || sums[group] != sent * (sent - 1) / 2) {
        throw new TrialException(
            "group " + group + " got " + counts[group] + " of " + sent + ", or others than those");
      }
    }
    crew.tell("end");
  }
}
