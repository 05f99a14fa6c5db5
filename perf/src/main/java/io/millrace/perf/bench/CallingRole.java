package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.Caller;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.MessageCheck;
import io.millrace.perf.link.MessageSource;
import io.millrace.perf.peer.CallLinks;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Calls: one call after the other, each of which is timed, or with a window of open calls. Every
 * reply must be that to the oldest call that is open.
 */
public final class CallingRole implements Role {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final int BURST = 100;
  private static final int LOOKS = 1 << 16;

  private final Histogram histogram = new Histogram(LONGEST_NANOS, DIGITS);
  private Idle idle;
  private MessageSource source;
  private MessageCheck check;
  private Caller caller;
  private int length;
  private int window;
  private boolean waits;
  private long sent;
  private long received;

  @Override
  public void run(Parent parent) throws Exception {
    idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    length = place.length();
    window = parent.integer("window");
    source = new MessageSource(0, length);
    check = new MessageCheck(1, length);
    boolean yields = Boolean.parseBoolean(parent.argument("yields"));
    parent.hear("open", CallTrial.PATIENCE_SECONDS);
    try (Caller opened = CallLinks.named(parent.argument("subject")).caller(place, yields)) {
      caller = opened;
      parent.say("opened");
      parent.hear("connect", CallTrial.PATIENCE_SECONDS);
      caller.connect();
      parent.say("connected");
      parent.hear("go", CallTrial.PATIENCE_SECONDS);
      RateMeter meter = new RateMeter(parent, this::call, () -> received);
      meter.warmUp();
      histogram.reset();
      meter.measure(parent);
      RateMeter.reach(sent, this::receive, () -> received);
      parent.say("times", histogram);
      parent.hear("end", CallTrial.PATIENCE_SECONDS);
    }
  }

  private void call() throws Exception {
    if (window == 1) {
      callOneByOne();
    } else {
      callManyAtOnce();
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private void callOneByOne() throws Exception {
    for (int i = 0; i < BURST; i++) {
      source.next();
      long start = System.nanoTime();
      caller.call(source.buffer(), 0, length, check);
      histogram.recordValue(System.nanoTime() - start);
    }
    sent += BURST;
    received += BURST;
  }

  private void callManyAtOnce() throws Exception {
    long enough = received + BURST;
    do {
      while (sent - received < window && send()) {
        sent++;
      }
    } while (receive() && received < enough);
  }

  private boolean send() throws Exception {
    if (!waits) {
      source.next();
    }
    waits = !caller.send(source.buffer(), 0, length);
    return !waits;
  }

  /**
   * Waits for replies. Returns false if none came, for the meter to see whether any comes at all.
   */
  private boolean receive() throws Exception {
    int count = caller.poll(check, window);
    for (int looks = 0; count == 0 && looks < LOOKS; looks++) {
      idle.once();
      count = caller.poll(check, window);
    }
    received += count;
    return count > 0;
  }
}
