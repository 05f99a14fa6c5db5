package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for one service to be published. */
final class Arrival {
  private final Directory directory;
  private final Finder finder;
  private final String name;

  Arrival(Directory directory, Finder finder, String name) {
    this.directory = directory;
    this.finder = finder;
    this.name = name;
  }

  /** Returns the service, or {@code null} when the time is over. */
  Service await(Duration timeout) {
    Service service = finder.find(name);
    if (service != null || timeout.isZero() || timeout.isNegative()) {
      return service;
    }
    long start = System.nanoTime();
    try (DirectoryEvents events = new DirectoryEvents(directory);
        Epoll epoll = new Epoll()) {
      epoll.add(events.descriptor(), Epoll.IN, 0);
      // Looked at after the watch is on: what came in between is seen here, the rest is an event.
      service = finder.find(name);
      while (service == null) {
        long left = timeout.toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          return null;
        }
        epoll.await((int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left) + 1));
        events.drain();
        if (isTouched(events)) {
          service = finder.find(name);
        }
      }
      return service;
    }
  }

  private boolean isTouched(DirectoryEvents events) {
    boolean touched = events.takeIncomplete();
    for (String next = events.next(); next != null; next = events.next()) {
      touched |= next.equals(name);
    }
    return touched;
  }
}
