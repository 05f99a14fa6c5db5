package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Seat;
import io.millrace.perf.link.ShareCheck;
import io.millrace.perf.peer.Links;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** One of several that receive: checks, and shows how many messages it has got. */
public final class SeatRole implements Role {
  private static final int PATIENCE_SECONDS = 60;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LIMIT = 256;
  private static final int POLLS = 100;

  private Idle idle;
  private ShareCheck check;
  private Receiver receiver;
  private CountBoard board;
  private int process;

  @Override
  public void run(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    Seat seat = Seat.of(parent);
    int members = parent.integer("members");
    process = seat.group() * members + seat.member();
    check = new ShareCheck(place.length());
    parent.hear("open", PATIENCE_SECONDS);
    try (Receiver opened = Links.named(parent.argument("subject")).receiver(place, seat);
        CountBoard shared = CountBoard.open(Path.of(parent.argument("directory")))) {
      receiver = opened;
      board = shared;
      parent.say("opened");
      parent.hear("go", PATIENCE_SECONDS);
      while (!parent.hasBeenTold()) {
        receive();
      }
      long expected = Long.parseLong(parent.hear("expect", PATIENCE_SECONDS));
      receiveUntil(seat.group() * members, members, expected);
      parent.say("complete", check.count(), check.sum());
      parent.hear("end", PATIENCE_SECONDS);
    }
  }

  /** Until the group has got all that was sent. */
  private void receiveUntil(int first, int members, long expected) throws Exception {
    long start = System.nanoTime();
    long seen = board.sum(first, members);
    while (seen != expected) {
      receive();
      long now = board.sum(first, members);
      if (now != seen) {
        seen = now;
        start = System.nanoTime();
      } else if (System.nanoTime() - start > SILENCE_NANOS) {
        throw new IllegalStateException(
            "no message came for 10 s; the group has got " + seen + " of " + expected);
      }
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void receive() throws Exception {
    for (int i = 0; i < POLLS; i++) {
      if (receiver.poll(check, LIMIT) > 0) {
        board.set(process, check.count());
      } else {
        idle.once();
      }
    }
  }
}
