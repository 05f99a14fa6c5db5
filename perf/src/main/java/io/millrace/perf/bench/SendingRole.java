package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Sender;
import io.millrace.perf.peer.Links;

/** Sends as fast as it can until it is told to stop. */
public final class SendingRole implements Role {
  private static final int PATIENCE_SECONDS = 60;
  private static final int BATCH = 100;
  private static final int BURST = 1000;

  private Parent parent;
  private Idle idle;
  private MessageSource source;
  private Sender sender;
  private int length;
  private long sent;

  @Override
  public void run(Parent caller) throws Exception {
    parent = caller;
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    length = place.length();
    source = new MessageSource(parent.integer("producer"), length);
    parent.hear("open", PATIENCE_SECONDS);
    try (Sender opened = Links.named(parent.argument("subject")).sender(place)) {
      sender = opened;
      parent.say("opened");
      parent.hear("go", PATIENCE_SECONDS);
      sender.awaitReceiver();
      boolean batches = place.sends() == Sends.BATCH;
      while (!parent.stopped()) {
        if (batches) {
          sendBatches();
        } else {
          sendOneByOne();
        }
      }
      parent.say("sent", sent);
      parent.hear("end", PATIENCE_SECONDS);
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void sendOneByOne() {
    for (int i = 0; i < BURST; i++) {
      source.next();
      while (!sender.offer(source.buffer(), 0, length)) {
        if (idle.onceOrStopped()) {
          return;
        }
      }
      sent++;
    }
  }

  private void sendBatches() {
    for (int i = 0; i < BURST / BATCH; i++) {
      while (!sender.offerBatch(source, BATCH)) {
        if (idle.onceOrStopped()) {
          return;
        }
      }
      sent += BATCH;
    }
  }
}
