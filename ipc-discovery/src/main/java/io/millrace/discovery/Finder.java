package io.millrace.discovery;

import io.millrace.os.Directory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads records: one by name, or all of them. Removes those of dead publishers that it meets. */
final class Finder {
  private final Directory directory;
  private final Cleaner cleaner;

  Finder(Directory directory) {
    this(directory, new Cleaner(directory));
  }

  Finder(Directory directory, Cleaner cleaner) {
    this.directory = directory;
    this.cleaner = cleaner;
  }

  /**
   * Reads one record.
   *
   * @return the service, {@code null} if there is none whose publisher lives
   * @throws RecordException if there is a record that cannot be trusted
   */
  Service find(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null) {
        return null;
      }
      Service service = file.read();
      // Asked after reading, so that it was alive with this content.
      if (file.isPublisherAlive()) {
        return service;
      }
    }
    cleaner.removeIfDead(name);
    return null;
  }

  /** Reads all records. */
  Scan scan() {
    List<Service> services = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (String name : directory.names()) {
      if (HiddenNames.isService(name)) {
        try {
          Service service = find(name);
          if (service != null) {
            services.add(service);
          }
        } catch (RecordException flaw) {
          refusals.add(new Refusal(name, flaw));
        }
      } else {
        cleaner.removeHiddenIfDead(name);
      }
    }
    services.sort(Comparator.comparing(Service::name));
    refusals.sort(Comparator.comparing(Refusal::name));
    return new Scan(services, refusals);
  }

  /** Removes whatever dead processes left; tells how many files that were. */
  int removeAllDead() {
    int removed = 0;
    for (String name : directory.names()) {
      if (HiddenNames.isService(name) ? removeDead(name) : cleaner.removeHiddenIfDead(name)) {
        removed++;
      }
    }
    return removed;
  }

  private boolean removeDead(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null || file.isPublisherAlive() || !file.isRecord()) {
        return false;
      }
    } catch (RecordException unreadable) {
      return false;
    }
    return cleaner.removeIfDead(name) == Cleaner.Outcome.REMOVED;
  }
}
