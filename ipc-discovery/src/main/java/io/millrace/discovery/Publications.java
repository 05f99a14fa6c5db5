package io.millrace.discovery;

import io.millrace.os.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What this process publishes through one registry, and the server that hands the descriptors out,
 * which is started when the first service needs it.
 */
final class Publications implements AutoCloseable {
  private static final int PRIVATE = 0600;
  private static final int SHARED = 0660;

  private final Directory directory;
  private final RegistryOptions options;
  private final boolean shared;
  private final int permissions;
  private final Turns turns;
  private final Publisher publisher;
  private final Set<Publication> publications = ConcurrentHashMap.newKeySet();
  private DescriptorServer server;
  private boolean closed;

  Publications(Directory directory, RegistryOptions options) {
    this.directory = directory;
    this.options = options;
    this.shared = Root.isShared(directory.descriptor().status());
    this.permissions = shared ? SHARED : PRIVATE;
    this.turns = new Turns(directory, permissions);
    this.publisher = new Publisher(directory, turns, permissions);
  }

  /**
   * Publishes a service.
   *
   * @return the publication, or {@code null} if the conditions do not hold at the moment
   */
  Publication publish(ServiceSpec spec, PublishingConditions conditions) {
    long instance = ThreadLocalRandom.current().nextLong();
    List<ServiceDescriptor> described;
    Parcel parcel;
    try (Descriptors descriptors = Descriptors.duplicatesOf(spec.descriptors())) {
      described = descriptors.describe(spec.descriptors());
      parcel = Parcel.of(instance, descriptors);
    }
    Publication published = null;
    try {
      DescriptorServer sender = spec.hasSocket() ? server() : null;
      String socket = sender == null ? "" : sender.socket();
      Service service = Publisher.describe(spec, instance, described, parcel, socket);
      published = publish(service, spec.access(), parcel, sender, conditions);
      return published;
    } finally {
      if (published == null && parcel != null) {
        parcel.close();
      }
    }
  }

  private Publication publish(
      Service service,
      AccessRule access,
      Parcel parcel,
      DescriptorServer sender,
      PublishingConditions conditions) {
    if (sender != null) {
      // Before the record can be seen, so that nobody is told that there is no such service.
      sender.offer(service.instance(), access, parcel);
    }
    Publication kept = null;
    try {
      Publisher.Published published = publisher.publish(service, conditions);
      if (published != null) {
        kept = keep(published, parcel, sender, conditions);
      }
      return kept;
    } finally {
      if (kept == null && sender != null) {
        sender.withdraw(service.instance());
      }
    }
  }

  private Publication keep(
      Publisher.Published published,
      Parcel parcel,
      DescriptorServer sender,
      PublishingConditions conditions) {
    Publication[] self = new Publication[1];
    Runnable onEnd =
        () -> {
          if (sender != null) {
            sender.withdraw(published.service().instance());
          }
          publications.remove(self[0]);
        };
    try {
      self[0] = new Publication(directory, published, parcel, onEnd);
    } catch (RuntimeException | Error failure) {
      remove(published.service().name(), conditions.isToBeContinued());
      published.locked().close();
      throw failure;
    }
    publications.add(self[0]);
    return self[0];
  }

  /** Needs no descriptor. Nobody else touches the name, because its record is locked still. */
  private void remove(String name, boolean asIfDead) {
    if (asIfDead) {
      directory.rename(name, HiddenNames.dead(name));
      directory.unlink(HiddenNames.dead(name));
    } else {
      directory.unlink(name);
    }
  }

  private synchronized DescriptorServer server() {
    if (closed) {
      throw new DiscoveryException("registry " + directory.path() + " is closed");
    }
    if (server == null) {
      server = DescriptorServer.start(directory, permissions, shared, options);
    }
    return server;
  }

  /** Withdraws everything and stops the server. */
  @Override
  public synchronized void close() {
    closed = true;
    new ArrayList<>(publications).forEach(Publication::close);
    if (server != null) {
      server.close();
      server = null;
    }
    turns.close();
  }
}
