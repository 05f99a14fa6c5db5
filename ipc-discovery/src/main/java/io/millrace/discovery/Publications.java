package io.millrace.discovery;

import io.millrace.os.Directory;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What this process publishes through one registry, and the server that hands the descriptors out,
 * which is started when the first service needs it.
 */
final class Publications implements AutoCloseable {
  private final Directory directory;
  private final RegistryOptions options;
  private final boolean shared;
  private final Publisher publisher;
  private final Set<Publication> publications = ConcurrentHashMap.newKeySet();
  private DescriptorServer server;
  private boolean closed;

  Publications(Directory directory, RegistryOptions options) {
    this.directory = directory;
    this.options = options;
    this.shared = Root.isShared(directory.descriptor().status());
    this.publisher = new Publisher(directory, shared);
  }

  /**
   * Publishes a service.
   *
   * @param mayReplace asked about the record of a dead publisher before it is taken over
   */
  Publication publish(ServiceSpec spec, Predicate<Service> mayReplace) {
    Descriptors descriptors = Descriptors.duplicatesOf(spec.descriptors());
    try {
      return publish(spec, descriptors, mayReplace);
    } catch (RuntimeException | Error failure) {
      descriptors.close();
      throw failure;
    }
  }

  private Publication publish(
      ServiceSpec spec, Descriptors descriptors, Predicate<Service> mayReplace) {
    DescriptorServer sender = spec.hasSocket() ? server() : null;
    Service service = Publisher.describe(spec, descriptors, sender == null ? "" : sender.socket());
    if (sender != null) {
      // Before the record can be seen, so that nobody is told that there is no such service.
      sender.offer(service.instance(), spec.access(), descriptors);
    }
    try {
      Publisher.Published published = publisher.publish(service, mayReplace);
      return keep(published, descriptors, sender);
    } catch (RuntimeException | Error failure) {
      if (sender != null) {
        sender.withdraw(service.instance());
      }
      throw failure;
    }
  }

  private Publication keep(
      Publisher.Published published, Descriptors descriptors, DescriptorServer sender) {
    Publication[] self = new Publication[1];
    Runnable onEnd =
        () -> {
          if (sender != null) {
            sender.withdraw(published.service().instance());
          }
          publications.remove(self[0]);
        };
    try {
      self[0] =
          new Publication(directory, published.locked(), published.service(), descriptors, onEnd);
    } catch (RuntimeException | Error failure) {
      directory.unlink(published.service().name());
      published.locked().close();
      throw failure;
    }
    publications.add(self[0]);
    return self[0];
  }

  private synchronized DescriptorServer server() {
    if (closed) {
      throw new DiscoveryException("registry " + directory.path() + " is closed");
    }
    if (server == null) {
      server = DescriptorServer.start(directory, publisher.permissions(), shared, options);
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
  }
}
