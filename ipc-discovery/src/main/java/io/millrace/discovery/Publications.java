package io.millrace.discovery;

import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.publish.PublishTickets;
import io.millrace.discovery.publish.Publisher;
import io.millrace.discovery.publish.PublishingConditions;
import io.millrace.discovery.root.Root;
import io.millrace.discovery.transfer.DescriptorBundle;
import io.millrace.discovery.transfer.DescriptorServer;
import io.millrace.discovery.transfer.Descriptors;
import io.millrace.os.Closing;
import io.millrace.os.Directory;
import io.millrace.os.Patience;
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

  private final Guests guests;
  private final Directory directory;
  private final RegistryOptions options;
  private final boolean shared;
  private final int permissions;
  private final PublishTickets turns;
  private final Publisher publisher;
  private final Set<Publication> publications = ConcurrentHashMap.newKeySet();
  private DescriptorServer server;

  Publications(Guests guests, Directory directory, RegistryOptions options) {
    this.guests = guests;
    this.directory = directory;
    this.options = options;
    this.shared = Root.isShared(directory.descriptor().status());
    this.permissions = shared ? SHARED : PRIVATE;
    this.turns = new PublishTickets(directory, permissions, Patience.USUAL, guests::requireOpen);
    this.publisher = new Publisher(directory, turns, permissions, guests::requireOpen);
  }

  /**
   * Publishes a service, or refuses to if the registry is closed meanwhile. For one of the guests.
   *
   * @return the publication, or {@code null} if the conditions do not hold at the moment
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  Publication publish(ServiceSpec spec, PublishingConditions conditions) {
    Root.requireInPlace(directory);
    long instance = ThreadLocalRandom.current().nextLong();
    List<ServiceDescriptor> described;
    DescriptorBundle bundle = null;
    Publication published = null;
    try {
      try (Descriptors descriptors = Descriptors.duplicatesOf(spec.descriptors())) {
        described = descriptors.describe(spec.descriptors());
        bundle = DescriptorBundle.of(instance, descriptors);
      }
      DescriptorServer sender = spec.hasSocket() ? server() : null;
      String socket = sender == null ? "" : sender.socket();
      Service service = Publisher.describe(spec, instance, described, bundle, socket);
      published = publish(service, spec.access(), bundle, sender, conditions);
      return published;
    } finally {
      if (published == null && bundle != null) {
        bundle.close();
      }
    }
  }

  private Publication publish(
      Service service,
      AccessRule access,
      DescriptorBundle bundle,
      DescriptorServer sender,
      PublishingConditions conditions) {
    if (sender != null) {
      // Before the record can be seen, so that nobody is told that there is no such service.
      sender.offer(service.instance(), access, bundle);
    }
    Publication kept = null;
    try {
      Publisher.Published published = publisher.publish(service, conditions);
      if (published != null) {
        kept = keep(published, bundle, sender, conditions);
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
      DescriptorBundle bundle,
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
      self[0] =
          new Publication(
              guests, directory, published, bundle, conditions.isToBeContinued(), onEnd);
    } catch (RuntimeException | Error failure) {
      publisher.takeBack(published, conditions, failure);
      throw failure;
    }
    Publication publication = self[0];
    publications.add(publication);
    if (guests.isClosed()) {
      // A close may have looked for publications before this one was among them.
      end(publication, conditions);
      guests.requireOpen();
    }
    publication.endWithProcess();
    return publication;
  }

  private static void end(Publication publication, PublishingConditions conditions) {
    if (conditions.isToBeContinued()) {
      publication.handOver();
    } else {
      publication.close();
    }
  }

  private synchronized DescriptorServer server() {
    guests.requireOpen();
    if (server == null) {
      server =
          DescriptorServer.start(
              directory,
              permissions,
              shared,
              options.connectionLimit(),
              new Callbacks(options.errorHandler()));
    }
    return server;
  }

  /**
   * Withdraws everything and stops the server. For the thread that closes, once nobody comes in any
   * more.
   */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(publications);
    all.add(this::stopServer);
    Closing.closeAll(all);
  }

  private synchronized void stopServer() {
    DescriptorServer running = server;
    server = null;
    Closing.closeAll(running);
  }

  /** Gives up what publishing takes. For the last one out. */
  void release() {
    turns.close();
  }
}
