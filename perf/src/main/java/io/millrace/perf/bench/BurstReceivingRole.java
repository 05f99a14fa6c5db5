package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageCheck;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sink;
import io.millrace.perf.peer.Links;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/** Receives and checks; measures how late messages are, and the last one of each burst. */
public final class BurstReceivingRole implements Role, Sink {
  private static final int PATIENCE_SECONDS = 60;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final int LIMIT = 256;
  private static final int LOOKS = 1 << 16;

  /** A look at the clock takes as long as some messages: of a large burst not each one is timed. */
  private static final int TIMED_OF_LARGE = 16;

  private static final int LARGE = 100;

  private final Histogram messages = new Histogram(LONGEST_NANOS, DIGITS);
  private final Histogram last = new Histogram(LONGEST_NANOS, DIGITS);
  private MessageCheck check;
  private BurstPlan plan;

  /** Of the part of each sender that comes just now, how much has come. */
  private int[] got;

  /** Of the bursts, how many senders' parts are whole. */
  private byte[] whole;

  private int producers;
  private int mask;

  /** Of those that count. */
  private long received;

  @Override
  public void run(Parent parent) throws Exception {
    Idle idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    producers = parent.integer("producers");
    check = new MessageCheck(producers, place.length());
    got = new int[producers];
    parent.hear("open", PATIENCE_SECONDS);
    try (Receiver receiver = Links.named(parent.argument("subject")).receiver(place)) {
      parent.say("opened");
      plan = BurstPlan.of(parent, Long.parseLong(parent.hear("go", PATIENCE_SECONDS)));
      whole = new byte[plan.bursts()];
      mask = plan.part() > LARGE ? TIMED_OF_LARGE - 1 : 0;
      receive(receiver, idle, (long) plan.bursts() * plan.part() * producers);
      parent.say("messages", messages);
      parent.say("last", last);
      parent.say("complete", received);
    }
  }

  private void receive(Receiver receiver, Idle idle, long all) throws Exception {
    long lastCame = System.nanoTime();
    long before = 0;
    while (received < all) {
      receiveSome(receiver, idle);
      long now = System.nanoTime();
      if (received > before) {
        before = received;
        lastCame = now;
      } else if (now - lastCame > SILENCE_NANOS) {
        throw new IllegalStateException("no message came for 10 s; " + received + " came before");
      }
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void receiveSome(Receiver receiver, Idle idle) throws Exception {
    for (int i = 0; i < LOOKS; i++) {
      if (receiver.poll(this, LIMIT) == 0) {
        idle.once();
        if ((i & 1023) == 1023) {
          return;
        }
      }
    }
  }

  @Override
  public void onMessage(DirectBuffer buffer, int offset, int length) {
    check.onMessage(buffer, offset, length);
    long due = buffer.getLong(offset + BurstPlan.DUE_AT);
    if (due >= plan.start()) {
      count(buffer, offset, due);
    }
  }

  private void count(DirectBuffer buffer, int offset, long due) {
    received++;
    int producer = MessageCheck.producer(buffer.getLong(offset));
    int place = got[producer] + 1;
    boolean isLast = place == plan.part();
    got[producer] = isLast ? 0 : place;
    if (isLast || (place & mask) == 0) {
      note(due, isLast);
    }
  }

  private void note(long due, boolean isLast) {
    long late = System.nanoTime() - due;
    messages.recordValue(late);
    if (isLast && ++whole[plan.burst(due)] == producers) {
      last.recordValue(late);
    }
  }
}
