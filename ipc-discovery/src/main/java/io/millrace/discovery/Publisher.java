package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.SystemCallException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Gives a record its name, and takes the name over from a publisher that is dead. */
final class Publisher {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Directory directory;
  private final Cleaner cleaner;
  private final Turns turns;
  private final int permissions;

  Publisher(Directory directory, Turns turns, int permissions) {
    this.directory = directory;
    this.cleaner = new Cleaner(directory);
    this.turns = turns;
    this.permissions = permissions;
  }

  /** A record that stands in the directory, and the locked descriptor of its file. */
  record Published(Service service, Descriptor locked) {}

  /** The record that a service of this process gets. */
  static Service describe(
      ServiceSpec spec,
      long instance,
      List<ServiceDescriptor> descriptors,
      Parcel parcel,
      String socket) {
    Identity self = Identity.self();
    return new Service(
        spec.name(),
        spec.kind(),
        instance,
        0,
        spec.generation(),
        self.pid(),
        self.startTime(),
        self.pidNamespace(),
        self.uid(),
        parcel == null ? -1 : parcel.number(),
        spec.capabilities(),
        descriptors,
        socket);
  }

  /**
   * Publishes.
   *
   * @param service what, with the lowest generation it may have
   * @param conditions what must hold besides
   * @return the record, or {@code null} if the conditions do not hold at the moment
   * @throws NameInUseException if a live process has the name
   */
  Published publish(Service service, PublishingConditions conditions) {
    Service wanted = service;
    long start = System.nanoTime();
    try {
      while (true) {
        try (NewFile file = new NewFile(directory, permissions);
            Turns.Turn turn = turns.take(service.name())) {
          if (!conditions.isViewCurrent()) {
            return null;
          }
          Service numbered = wanted.withGeneration(turn.next(wanted.generation()));
          file.write(RecordEncoder.encode(numbered));
          if (file.link(numbered.name())) {
            // Left by a cleaner that was killed between its two steps.
            directory.unlink(HiddenNames.dead(numbered.name()));
            return new Published(numbered, file.take());
          }
          turn.giveBack();
        }
        wanted = makeRoom(wanted, conditions, start);
      }
    } catch (SystemCallException failure) {
      throw Root.unwritable(directory, failure);
    }
  }

  /** Removes the record that has the name if its publisher is dead; tells what to try next. */
  private Service makeRoom(Service wanted, PublishingConditions conditions, long start) {
    try (RecordFile occupant = RecordFile.open(directory, wanted.name(), true)) {
      if (occupant == null) {
        return wanted;
      }
      Service old = readOrNull(occupant);
      // Asked after reading, so that the pid told is that of the one who lives.
      if (occupant.isPublisherAlive()) {
        throw new NameInUseException(wanted.name(), old == null ? 0 : old.pid());
      }
      if (old != null && !conditions.mayReplace(old)) {
        throw new SupersededException(old);
      }
      if (cleaner.removeIfDead(occupant) == Cleaner.Outcome.BUSY) {
        requirePatience(wanted, start);
        Thread.yield();
      }
      return old == null || old.generation() < wanted.generation()
          ? wanted
          : wanted.withGeneration(old.generation() + 1);
    }
  }

  private static Service readOrNull(RecordFile file) {
    try {
      return file.read();
    } catch (RecordException flaw) {
      return null;
    }
  }

  private static void requirePatience(Service wanted, long start) {
    if (System.nanoTime() - start > PATIENCE.toNanos()) {
      throw new DiscoveryException(
          "the record of a dead publisher of "
              + wanted.name()
              + " has been held for "
              + TimeUnit.NANOSECONDS.toSeconds(PATIENCE.toNanos())
              + " s by a process that removes it; is that process stopped?");
    }
  }
}
