package io.millrace.discovery.record;

import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.discovery.root.Root;
import io.millrace.os.Directory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Reads records: one by name, or all of them. Removes those of dead publishers that it meets. */
public final class Finder {
  private final Directory directory;
  private final Cleaner cleaner;

  public Finder(Directory directory) {
    this(directory, new Cleaner(directory));
  }

  public Finder(Directory directory, Cleaner cleaner) {
    this.directory = directory;
    this.cleaner = cleaner;
  }

  /**
   * Reads one record.
   *
   * @return the service, {@code null} if there is none whose publisher lives
   * @throws RecordException if there is a record that cannot be trusted
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public Service find(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null) {
        // Asked only where there is nothing: where the path has come to lead elsewhere, nothing is
        // all that is left here.
        Root.requireInPlace(directory);
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

  /**
   * Reads all records; those of dead publishers, too, if the cleaner leaves all where they are.
   *
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public Scan scan() {
    List<Sighting> sightings = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    readAll(
        (file, service, isAlive) -> sightings.add(new Sighting(service, isAlive, file.since())),
        refusals::add);
    sightings.sort(Comparator.comparing(sighting -> sighting.service().name()));
    refusals.sort(Comparator.comparing(Refusal::name));
    return new Scan(sightings, refusals);
  }

  /**
   * Reads all records of publishers that live.
   *
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public List<Service> list() {
    List<Service> services = new ArrayList<>();
    readAll(
        (file, service, isAlive) -> {
          if (isAlive) {
            services.add(service);
          }
        },
        refused -> {});
    services.sort(Comparator.comparing(Service::name));
    return services;
  }

  /** What was read of one record. */
  private interface Found {
    void accept(RecordFile file, Service service, boolean isAlive);
  }

  private void readAll(Found found, Consumer<Refusal> refused) {
    for (String name : directory.names()) {
      if (Service.isName(name)) {
        try {
          read(name, found);
        } catch (RecordException flaw) {
          refused.accept(new Refusal(name, flaw));
        }
      } else {
        cleaner.removeHiddenIfDead(name);
      }
    }
    Root.requireInPlace(directory);
  }

  private void read(String name, Found found) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null) {
        return;
      }
      Service service = file.read();
      // Asked after reading, so that it was alive with this content.
      boolean isAlive = file.isPublisherAlive();
      if (isAlive || !cleaner.mayRemove()) {
        found.accept(file, service, isAlive);
        return;
      }
    }
    cleaner.removeIfDead(name);
  }
}
