package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.perf.peer.Links;

/** Sends every message back, out of the memory in which it came. */
public final class EchoRole extends VirtualRole {
  private static final int BURST = 1000;

  @Override
  void play(Parent parent) throws Exception {
    Idle idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    Link link = Links.named(parent.argument("subject"));
    parent.hear("open", RoundTripTrial.PATIENCE_SECONDS);
    try (Receiver receiver = link.receiver(place.named(LinkPlace.THERE))) {
      parent.say("opened");
      parent.hear("connect", RoundTripTrial.PATIENCE_SECONDS);
      try (Sender sender = link.sender(place.named(LinkPlace.BACK))) {
        parent.say("connected");
        Sink answer =
            (buffer, offset, length) -> {
              while (!sender.offer(buffer, offset, length)) {
                idle.once();
              }
            };
        while (!parent.stopped()) {
          answer(receiver, answer, idle);
        }
      }
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private static void answer(Receiver receiver, Sink answer, Idle idle) throws Exception {
    for (int i = 0; i < BURST; i++) {
      if (receiver.poll(answer, 1) == 0) {
        idle.once();
      }
    }
  }
}
