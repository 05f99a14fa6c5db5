package io.millrace.discovery.watch;

import io.millrace.ClosedException;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.life.Sleep;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Finder;
import io.millrace.discovery.root.PlaceCheck;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import java.time.Duration;

/** Waits for one service to be published. */
public final class Arrival {
  private final Guests guests;
  private final Directory directory;
  private final Finder finder;
  private final String name;

  public Arrival(Guests guests, Directory directory, Finder finder, String name) {
    this.guests = guests;
    this.directory = directory;
    this.finder = finder;
    this.name = name;
  }

  /**
   * Waits. For one of the guests.
   *
   * @return the service, or {@code null} when the time is over or the thread interrupted
   * @throws ClosedException if the registry is closed meanwhile
   */
  public Service await(Duration timeout) {
    Service service = finder.find(name);
    long deadline = Deadline.after(timeout);
    boolean isOver = Deadline.hasPassed(deadline) || Thread.currentThread().isInterrupted();
    if (service != null || isOver) {
      return service;
    }
    PlaceCheck place = new PlaceCheck(directory);
    try (DirectoryEvents events = new DirectoryEvents(directory);
        Sleep sleep = new Sleep(guests)) {
      sleep.add(events.descriptor());
      // Looked at after the watch is on: what came in between is seen here, the rest is an event.
      service = finder.find(name);
      while (service == null && !sleep.isOver() && !Deadline.hasPassed(deadline)) {
        sleep.until(Deadline.earlier(deadline, place.next()));
        place.lookIfDue();
        events.drain();
        if (isTouched(events)) {
          service = finder.find(name);
        }
      }
      if (service == null) {
        guests.requireOpen();
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
