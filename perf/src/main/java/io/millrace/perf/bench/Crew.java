package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One receiver and one or more senders of a subject, each a process.
 *
 * @param receiver who receives
 * @param senders who send to it
 */
record Crew(ChildJvm receiver, List<ChildJvm> senders) {
  static final int PATIENCE_SECONDS = 30;

  /** Starts them; what they have in common is added to the arguments. */
  static Crew start(
      Fork fork,
      String subject,
      LinkPlace place,
      int producers,
      Class<? extends Role> receiving,
      Class<? extends Role> sending,
      Map<String, Object> own)
      throws Exception {
    List<Integer> all = fork.plan().cpus();
    int roles = 1 + producers;
    Map<String, Object> arguments = new LinkedHashMap<>(place.arguments());
    arguments.put("subject", subject);
    arguments.put("yields", roles > all.size());
    arguments.put("producers", producers);
    arguments.putAll(own);
    ChildJvm receiver =
        fork.start(subject + " receiver", receiving, Cpus.of(all, 0, roles), arguments);
    List<ChildJvm> senders = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      arguments.put("producer", i);
      List<Integer> cpus = Cpus.of(all, i + 1, roles);
      senders.add(fork.start(subject + " sender " + i, sending, cpus, arguments));
    }
    return new Crew(receiver, senders);
  }

  /** Has all of them open what they use, the receiver first. */
  void open() throws Exception {
    receiver.tell("open");
    receiver.expect("opened", PATIENCE_SECONDS);
    for (ChildJvm sender : senders) {
      sender.tell("open");
      sender.expect("opened", PATIENCE_SECONDS);
    }
  }

  /** Says the same to all, the receiver first. */
  void tell(String words) {
    receiver.tell(words);
    senders.forEach(sender -> sender.tell(words));
  }
}
