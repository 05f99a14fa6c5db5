package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Seat;
import io.millrace.perf.peer.Links;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The receivers and the senders of a subject, each a process.
 *
 * @param receivers who receive
 * @param senders who send to them
 */
record Crew(List<ChildJvm> receivers, List<ChildJvm> senders) {
  static final int PATIENCE_SECONDS = 30;

  /** Starts them; what they have in common is added to the arguments. */
  static Crew start(
      Fork fork,
      String subject,
      LinkPlace place,
      int producers,
      List<Seat> seats,
      Class<? extends Role> receiving,
      Class<? extends Role> sending,
      Map<String, Object> own)
      throws Exception {
    List<Integer> all = fork.plan().cpus();
    int roles = seats.size() + producers + Links.named(subject).helpers();
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    arguments.put("yields", roles > all.size());
    arguments.put("producers", producers);
    arguments.putAll(own);
    List<ChildJvm> receivers = new ArrayList<>();
    for (int i = 0; i < seats.size(); i++) {
      arguments.putAll(seats.get(i).arguments());
      // The first receiver and the senders come before the other receivers.
      List<Integer> cpus = Cpus.of(all, i == 0 ? 0 : producers + i, roles);
      receivers.add(fork.start(subject + " receiver " + i, receiving, cpus, arguments));
    }
    List<ChildJvm> senders = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      arguments.put("producer", i);
      List<Integer> cpus = Cpus.of(all, i + 1, roles);
      senders.add(fork.start(subject + " sender " + i, sending, cpus, arguments));
    }
    return new Crew(receivers, senders);
  }

  /** The first of those who receive. */
  ChildJvm receiver() {
    return receivers.get(0);
  }

  /** Has all of them open what they use, the receivers first. */
  void open() throws Exception {
    List<ChildJvm> all = new ArrayList<>(receivers);
    all.addAll(senders);
    for (ChildJvm one : all) {
      one.tell("open");
      one.expect("opened", PATIENCE_SECONDS);
    }
  }

  /** Says the same to all, the receivers first. */
  void tell(String words) {
    receivers.forEach(receiver -> receiver.tell(words));
    senders.forEach(sender -> sender.tell(words));
  }
}
