package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageCheck;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Seat;
import io.millrace.perf.link.ShareCheck;
import io.millrace.perf.link.Sink;
import io.millrace.perf.peer.Links;
import java.nio.file.Path;

/** Receives, checks, and shows how many messages it has got; the first of several measures. */
public final class ReceivingRole implements Role {
  private static final int PATIENCE_SECONDS = 60;
  private static final int LIMIT = 256;
  private static final int POLLS = 100;

  private Idle idle;
  private Sink check;
  private Receiver receiver;
  private CountBoard board;
  private Seat seat;
  private long received;

  @Override
  public void run(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    seat = Seat.of(parent);
    ShareCheck share = new ShareCheck(place.length());
    check = seat.competes() ? share : new MessageCheck(parent.integer("producers"), place.length());
    int groups = parent.integer("groups");
    int members = parent.integer("members");
    parent.hear("open", PATIENCE_SECONDS);
    try (Receiver opened = Links.named(parent.argument("subject")).receiver(place, seat);
        CountBoard shared =
            CountBoard.open(Path.of(parent.argument("directory")), groups, members)) {
      receiver = opened;
      board = shared;
      parent.say("opened");
      parent.hear("go", PATIENCE_SECONDS);
      if (seat.isFirst()) {
        RateMeter meter = new RateMeter(parent, this::receive, board::least);
        meter.warmUp();
        meter.measure(parent);
      }
      while (!parent.hasBeenTold()) { // The senders must be able to finish.
        receive();
      }
      long sent = Long.parseLong(parent.hear("expect", PATIENCE_SECONDS));
      RateMeter.reach(sent, this::receive, () -> board.sum(seat.group()));
      parent.say("complete", received, share.sum());
      parent.hear("end", PATIENCE_SECONDS);
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void receive() throws Exception {
    for (int i = 0; i < POLLS; i++) {
      int count = receiver.poll(check, LIMIT);
      if (count > 0) {
        received += count;
        board.set(seat.group(), seat.member(), received);
      } else {
        idle.once();
      }
    }
  }
}
