package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Sender;
import io.millrace.perf.peer.Links;

/** Sends its part of each burst as fast as it can, as soon as the burst is due. */
public final class BurstSendingRole implements Role {
  private static final int PATIENCE_SECONDS = 60;

  private Idle idle;
  private MessageSource source;
  private Sender sender;
  private int length;

  @Override
  public void run(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    length = place.length();
    source = new MessageSource(parent.integer("producer"), length);
    parent.hear("open", PATIENCE_SECONDS);
    try (Sender opened = Links.named(parent.argument("subject")).sender(place)) {
      sender = opened;
      parent.say("opened");
      BurstPlan plan = BurstPlan.of(parent, Long.parseLong(parent.hear("go", PATIENCE_SECONDS)));
      warmUp(plan);
      for (int burst = 0; burst < plan.bursts(); burst++) {
        send(plan.due(burst), plan.part());
      }
      parent.say("sent", source.made());
      parent.hear("end", PATIENCE_SECONDS);
    }
  }

  /** What comes too late here, before all is compiled, makes nothing late that counts. */
  private void warmUp(BurstPlan plan) {
    long due = System.nanoTime();
    while (due < plan.start() - BurstPlan.PERIOD_NANOS) {
      send(due, plan.part());
      due = Math.max(due + BurstPlan.PERIOD_NANOS, System.nanoTime());
    }
  }

  private void send(long due, int messages) {
    while (System.nanoTime() < due) {
      idle.once();
    }
    for (int i = 0; i < messages; i++) {
      source.next();
      source.buffer().putLong(BurstPlan.DUE_AT, due);
      while (!sender.offer(source.buffer(), 0, length)) {
        idle.once();
      }
    }
  }
}
