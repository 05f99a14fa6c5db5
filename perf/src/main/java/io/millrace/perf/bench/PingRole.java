package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageCheck;
import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.peer.Links;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Sends one message at a time and waits for the answer; measures the time between. */
public final class PingRole extends VirtualRole {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final int BURST = 100;

  private final Histogram histogram = new Histogram(LONGEST_NANOS, DIGITS);
  private Idle idle;
  private MessageSource source;
  private MessageCheck check;
  private Sender sender;
  private Receiver receiver;
  private int length;

  @Override
  void play(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    length = place.length();
    source = new MessageSource(0, length);
    check = new MessageCheck(1, length);
    Link link = Links.named(parent.argument("subject"));
    parent.hear("open", RoundTripTrial.PATIENCE_SECONDS);
    try (Receiver in = link.receiver(place.named(LinkPlace.BACK))) {
      parent.say("opened");
      parent.hear("connect", RoundTripTrial.PATIENCE_SECONDS);
      try (Sender out = link.sender(place.named(LinkPlace.THERE))) {
        parent.say("connected");
        parent.hear("go", RoundTripTrial.PATIENCE_SECONDS);
        receiver = in;
        sender = out;
        long rate = parent.number("rate");
        measure(rate, parent.number("warmUpMillis"), Long.MAX_VALUE);
        histogram.reset();
        measure(rate, parent.number("measureMillis"), parent.number("messages"));
        parent.say("measured", histogram);
      }
    }
  }

  private void measure(long rate, long millis, long messages) throws Exception {
    long atMost = TimeUnit.MILLISECONDS.toNanos(millis);
    long interval = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
    long start = System.nanoTime();
    long due = start;
    while (histogram.getTotalCount() < messages && System.nanoTime() - start < atMost) {
      if (interval == 0) {
        closedLoop();
      } else {
        due = onSchedule(due, interval);
      }
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void closedLoop() throws Exception {
    for (int i = 0; i < BURST; i++) {
      source.next();
      long start = System.nanoTime();
      roundTrip();
      histogram.recordValue(System.nanoTime() - start);
    }
  }

  /**
   * The time counts from when the message was due, not from when it could be sent: a delay counts
   * for all that were due meanwhile.
   */
  private long onSchedule(long first, long interval) throws Exception {
    long due = first;
    for (int i = 0; i < BURST; i++) {
      source.next();
      while (System.nanoTime() < due) {
        // Not even a pause: it would make the start imprecise.
      }
      roundTrip();
      histogram.recordValue(System.nanoTime() - due);
      due += interval;
    }
    return due;
  }

  private void roundTrip() throws Exception {
    while (!sender.offer(source.buffer(), 0, length)) {
      idle.once();
    }
    while (receiver.poll(check, 1) == 0) {
      idle.once();
    }
  }
}
