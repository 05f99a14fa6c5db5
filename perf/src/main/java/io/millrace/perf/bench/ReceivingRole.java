package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageCheck;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.peer.Links;
import java.util.concurrent.TimeUnit;

/** Receives and checks; measures the rate of what came once everything is warm. */
public final class ReceivingRole implements Role {
  private static final int PATIENCE_SECONDS = 60;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LOOKS = 1 << 16;
  private static final int LIMIT = 256;
  private static final int BURST = 1000;

  private Idle idle;
  private MessageCheck check;
  private Receiver receiver;
  private long received;

  @Override
  public void run(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    check = new MessageCheck(parent.integer("producers"), place.length());
    parent.hear("open", PATIENCE_SECONDS);
    try (Receiver opened = Links.named(parent.argument("subject")).receiver(place)) {
      receiver = opened;
      parent.say("opened");
      parent.hear("go", PATIENCE_SECONDS);
      measure(parent);
      while (!parent.hasBeenTold()) { // The senders must be able to finish.
        received += receiver.poll(check, LIMIT);
      }
      receive(Long.parseLong(parent.hear("expect", PATIENCE_SECONDS)) - received);
      parent.say("complete", received);
    }
  }

  private void measure(Parent parent) throws Exception {
    long warmUp = TimeUnit.MILLISECONDS.toNanos(parent.number("warmUpMillis"));
    long atMost = TimeUnit.MILLISECONDS.toNanos(parent.number("measureMillis"));
    long warmUpMessages = parent.number("warmUpMessages");
    long messages = parent.number("messages");
    receive(BURST); // Everybody is there.
    long start = System.nanoTime();
    while (System.nanoTime() - start < warmUp && received < warmUpMessages) {
      receive(BURST);
    }
    long before = received;
    start = System.nanoTime();
    long nanos = 0;
    while (received - before < messages && nanos < atMost) {
      receive(BURST);
      nanos = System.nanoTime() - start;
    }
    parent.say("measured", received - before, nanos);
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void receive(long atLeast) throws Exception {
    long got = 0;
    int looks = 0;
    long lastLook = 0;
    while (got < atLeast) {
      int count = receiver.poll(check, LIMIT);
      if (count > 0) {
        got += count;
        continue;
      }
      idle.once();
      if (++looks % LOOKS == 0) {
        long now = System.nanoTime();
        lastLook = lastLook == 0 ? now : lastLook;
        if (now - lastLook > SILENCE_NANOS) {
          throw new IllegalStateException(
              "no message came for 10 s; " + (received + got) + " came before");
        }
      }
    }
    received += got;
  }
}
