package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.meeting.Meeting;
import io.millrace.perf.meeting.Meetings;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Meets the others in bursts. The first party measures: the mean over whole bursts, without looking
 * at the clock in between, and then the percentiles with a look after each crossing.
 */
public final class CrossingRole implements Role {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final int BURST = 200;

  private final Histogram histogram = new Histogram(LONGEST_NANOS, DIGITS);

  @Override
  public void run(Parent parent) throws Exception {
    Path directory = Path.of(parent.argument("directory"));
    int me = parent.integer("me");
    parent.hear("join", CrossingTrial.PATIENCE_SECONDS);
    try (CrossingPhase phase = CrossingPhase.open(directory);
        Meeting meeting =
            Meetings.join(
                parent.argument("subject"),
                directory,
                parent.integer("parties"),
                me,
                Boolean.parseBoolean(parent.argument("spins")))) {
      parent.say("joined");
      parent.hear("go", CrossingTrial.PATIENCE_SECONDS);
      if (me == 0) {
        measure(parent, meeting, phase);
      } else {
        follow(meeting, phase);
      }
    }
  }

  private static void follow(Meeting meeting, CrossingPhase phase) throws Exception {
    do {
      burst(meeting);
      meeting.cross();
    } while (!phase.isOver());
  }

  private void measure(Parent parent, Meeting meeting, CrossingPhase phase) throws Exception {
    long half = TimeUnit.MILLISECONDS.toNanos(parent.number("measureMillis")) / 2;
    long warmUp = TimeUnit.MILLISECONDS.toNanos(parent.number("warmUpMillis")) / 2;
    mean(meeting, warmUp);
    percentiles(meeting, warmUp);
    long start = System.nanoTime();
    long crossings = mean(meeting, half);
    parent.say("mean", System.nanoTime() - start, crossings);
    histogram.reset();
    percentiles(meeting, half);
    burst(meeting);
    phase.end();
    meeting.cross();
    parent.say("measured", histogram);
  }

  private static long mean(Meeting meeting, long nanos) throws Exception {
    long start = System.nanoTime();
    long crossings = 0;
    do {
      burst(meeting);
      meeting.cross();
      crossings += BURST + 1;
    } while (System.nanoTime() - start < nanos);
    return crossings;
  }

  private void percentiles(Meeting meeting, long nanos) throws Exception {
    long start = System.nanoTime();
    do {
      timedBurst(meeting);
      meeting.cross();
    } while (System.nanoTime() - start < nanos);
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private static void burst(Meeting meeting) throws Exception {
    for (int i = 0; i < BURST; i++) {
      meeting.cross();
    }
  }

  private void timedBurst(Meeting meeting) throws Exception {
    long before = System.nanoTime();
    for (int i = 0; i < BURST; i++) {
      meeting.cross();
      long now = System.nanoTime();
      histogram.recordValue(now - before);
      before = now;
    }
  }
}
