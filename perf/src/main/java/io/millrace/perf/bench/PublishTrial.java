package io.millrace.perf.bench;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.harness.TrialException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** From before a service is published until a listener in another process has been told. */
final class PublishTrial implements Trial.Body {
  static final int PATIENCE_SECONDS = 30;
  static final int DIGITS = 3;
  private static final Metric P50 = Metric.nanos("publish_to_listener_p50");
  private static final int ROLES = 2;
  private static final int WARM_UP = 1000;
  private static final int MEASURED = 2000;
  private static final int MEASURED_QUICKLY = 500;

  /** Stands for the time of announcements that are not measured. */
  private static final long WARMING_UP = 0;

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private final String subject;

  PublishTrial(String subject) {
    this.subject = subject;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Path directory = privateDirectory(fork, "announcements");
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("subject", subject);
    arguments.put("place", directory);
    arguments.put("count", fork.plan().quick() ? MEASURED_QUICKLY : MEASURED);
    List<Integer> cpus = fork.plan().cpus();
    ChildJvm listener =
        fork.start(subject + " listener", ListenerRole.class, Cpus.of(cpus, 0, ROLES), arguments);
    listener.expect("listening", PATIENCE_SECONDS);
    ChildJvm publisher =
        fork.start(subject + " publisher", PublisherRole.class, Cpus.of(cpus, 1, ROLES), arguments);
    publisher.expect("published", PATIENCE_SECONDS);
    listener.tell("report");
    Histogram histogram = listener.expectHistogram("measured", PATIENCE_SECONDS);
    if (histogram.getTotalCount() == 0) {
      throw new TrialException("the listener was told of none of the services");
    }
    return new Sample()
        .with(histogram)
        .with(P50, histogram.getValueAtPercentile(50), histogram.getTotalCount());
  }

  static Path privateDirectory(Fork fork, String name) throws Exception {
    return Files.createDirectory(
        fork.directory().resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Publishes and withdraws again and again, with pauses in which the listener falls asleep. */
  public static final class PublisherRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      int count = parent.integer("count");
      Path place = Path.of(parent.argument("place"));
      try (Announcements announcements = Announcements.of(parent.argument("subject"), place)) {
        for (int i = 0; i < WARM_UP + count; i++) {
          long time = i < WARM_UP ? WARMING_UP : System.nanoTime();
          AutoCloseable announced = announcements.announce("service" + i, time);
          LockSupport.parkNanos(PAUSE_NANOS);
          announced.close();
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        parent.say("published");
        parent.hear("never", PATIENCE_SECONDS);
      }
    }
  }

  /** Measures how old the news is; of those that came after the warm-up. */
  public static final class ListenerRole implements Role {
    private final Histogram histogram = new Histogram(DIGITS);

    @Override
    public void run(Parent parent) throws Exception {
      Path place = Path.of(parent.argument("place"));
      String subject = parent.argument("subject");
      Thread listener = new Thread(() -> listen(subject, place), "listener");
      listener.setDaemon(true);
      listener.start();
      parent.say("listening");
      parent.hear("report", PATIENCE_SECONDS);
      synchronized (this) {
        parent.say("measured", histogram);
      }
    }

    private void listen(String subject, Path place) {
      try (Announcements announcements = Announcements.of(subject, place)) {
        announcements.listen(this::note);
      } catch (Exception failure) {
        throw new IllegalStateException("cannot listen", failure);
      }
    }

    private synchronized void note(long announced) {
      long age = System.nanoTime() - announced;
      // What was withdrawn before the listener came to look, it is not told of: not by count.
      if (announced != WARMING_UP) {
        histogram.recordValue(age);
      }
    }
  }
}
