package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.SystemCallException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Gives a record its name, and takes the name over from a publisher that is dead. */
final class Publisher {
  private static final int PRIVATE = 0600;
  private static final int SHARED = 0660;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Directory directory;
  private final Cleaner cleaner;
  private final int permissions;

  Publisher(Directory directory, boolean shared) {
    this.directory = directory;
    this.cleaner = new Cleaner(directory);
    this.permissions = shared ? SHARED : PRIVATE;
  }

  int permissions() {
    return permissions;
  }

  /** A record that stands in the directory, and the locked descriptor of its file. */
  record Published(Service service, Descriptor locked) {}

  /** The record that a service of this process gets. */
  static Service describe(ServiceSpec spec, Descriptors descriptors, String socket) {
    Identity self = Identity.self();
    return new Service(
        spec.name(),
        spec.kind(),
        ThreadLocalRandom.current().nextLong(),
        0,
        spec.generation(),
        self.pid(),
        self.startTime(),
        self.pidNamespace(),
        self.uid(),
        spec.capabilities(),
        descriptors.describe(spec.descriptors()),
        socket);
  }

  /**
   * Publishes.
   *
   * @param service what, with the lowest generation it may have
   * @param mayReplace asked about the readable record of a dead publisher before it is taken over
   * @throws NameInUseException if a live process has the name
   */
  Published publish(Service service, Predicate<Service> mayReplace) {
    Service wanted = service;
    long start = System.nanoTime();
    try {
      while (true) {
        try (NewFile file = new NewFile(directory, RecordEncoder.encode(wanted), permissions)) {
          if (file.link(wanted.name())) {
            // Left by a cleaner that was killed between its two steps.
            directory.unlink(HiddenNames.dead(wanted.name()));
            return new Published(wanted, file.take());
          }
        }
        wanted = makeRoom(wanted, mayReplace, start);
      }
    } catch (SystemCallException failure) {
      throw Root.unwritable(directory, failure);
    }
  }

  /** Removes the record that has the name if its publisher is dead; tells what to try next. */
  private Service makeRoom(Service wanted, Predicate<Service> mayReplace, long start) {
    try (RecordFile occupant = RecordFile.open(directory, wanted.name(), true)) {
      if (occupant == null) {
        return wanted;
      }
      Service old = readOrNull(occupant);
      // Asked after reading, so that the pid told is that of the one who lives.
      if (occupant.isPublisherAlive()) {
        throw new NameInUseException(wanted.name(), old == null ? 0 : old.pid());
      }
      if (old != null && !mayReplace.test(old)) {
        throw new DiscoveryException(
            "service "
                + wanted.name()
                + " is another one by now: its last publisher was process "
                + old.pid());
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
