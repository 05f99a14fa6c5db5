package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.life.SpareThreads;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.Finder;
import io.millrace.discovery.record.Identity;
import io.millrace.discovery.record.Leftovers;
import io.millrace.discovery.root.RootUse;
import io.millrace.discovery.transfer.Acquirer;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Patience;
import io.millrace.os.PidFd;
import io.millrace.os.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Looks at a registry and leaves it as it is: makes no directory, publishes nothing, and leaves
 * what dead processes left where it is. For tools; programs that take part use {@link Registry}.
 *
 * <p>A registry whose directory does not exist is empty, even if the directory is made later: open
 * another view then. Like everyone who has a directory of Millrace's own choice open, a view
 * removes it when it is the last to close and the directory is empty.
 *
 * <p>Any thread may use it, and close it. Every method but {@link #root} and {@link #exists} throws
 * {@link ClosedException} then; and {@link SystemCallException} where this process has no
 * descriptors or memory left, with the limit that is to be raised.
 */
public final class RegistryView implements ServiceLookup {
  private final RegistryOptions options;
  private final Path root;
  private final Guests guests;

  /** Null if there is none. */
  private final Directory directory;

  private final Watches watches;

  private RegistryView(RegistryOptions options, Path root, Directory directory) {
    Callbacks callbacks = new Callbacks(options.errorHandler());
    this.options = options;
    this.root = root;
    this.directory = directory;
    this.guests = new Guests("the view of registry " + root, this::release, callbacks);
    this.watches = new Watches(guests, directory, Cleaner::thatLeavesAll, callbacks);
  }

  /**
   * Opens a view.
   *
   * @param options where the registry is, and in which way descriptors may come
   * @return the view
   * @throws RootException if there is something that cannot be read or cannot be trusted
   */
  public static RegistryView open(RegistryOptions options) {
    Platform.check();
    Path root = options.root();
    Directory directory = RootUse.find(root);
    try {
      return new RegistryView(options, root, directory);
    } catch (RuntimeException | Error failure) {
      RootUse.giveUp(directory, options.isRootTemporary(), failure);
      throw failure;
    }
  }

  /**
   * Where the registry is.
   *
   * @return its directory, which may not exist
   */
  @Override
  public Path root() {
    return root;
  }

  /**
   * Tells whether the directory existed when this view was opened.
   *
   * @return false if the registry is empty for want of a directory
   */
  public boolean exists() {
    return directory != null;
  }

  @Override
  public Scan scan() {
    return guests.inside(() -> exists() ? finder().scan() : new Scan(List.of(), List.of()));
  }

  @Override
  public Optional<Service> find(String name) {
    Service.requireName(name);
    return guests.inside(
        () -> exists() ? Optional.ofNullable(finder().find(name)) : Optional.<Service>empty());
  }

  private Finder finder() {
    return new Finder(directory, Cleaner.thatLeavesAll(directory));
  }

  /**
   * Tells in which way descriptors of a service would come to this process. Tries it where its
   * publisher does not notice, and does not ask over the socket.
   *
   * @param service the service
   * @return the way, empty if there is nothing to get or no way to get it
   */
  public Optional<Transfer> transferTo(Service service) {
    return guests.inside(() -> firstWayTo(service));
  }

  private Optional<Transfer> firstWayTo(Service service) {
    if (service.descriptors().isEmpty()) {
      return Optional.empty();
    }
    Transfer forced = options.transfer();
    if (forced != Transfer.SOCKET && isCopyable(service)) {
      return Optional.of(Transfer.PIDFD);
    }
    return forced == Transfer.PIDFD || service.socket().isEmpty()
        ? Optional.empty()
        : Optional.of(Transfer.SOCKET);
  }

  private static boolean isCopyable(Service service) {
    if (service.pidNamespace() != Identity.self().pidNamespace()) {
      return false;
    }
    try (Descriptor process = PidFd.open(service.pid())) {
      Descriptor copy = PidFd.copyDescriptor(process, service.bundle(), service.name());
      SpareThreads.close(copy, Deadline.after(Patience.USUAL));
      return true;
    } catch (SystemCallException denied) {
      return false;
    }
  }

  @Override
  public Acquisition acquire(String name) {
    Service.requireName(name);
    return guests.inside(
        () -> {
          if (!exists()) {
            throw new NoSuchServiceException(
                "no service " + name + " is published: registry root " + root + " does not exist");
          }
          return new Acquisition(new Acquirer(guests, directory, options.transfer()).acquire(name));
        });
  }

  @Override
  public Watch watch(ServiceListener listener) {
    return guests.inside(
        () -> {
          if (!exists()) {
            throw new DiscoveryException(
                "registry root " + root + " does not exist, so there is nothing to watch yet");
          }
          return watches.add(Filters.any(), listener);
        });
  }

  /**
   * Lists the files that dead processes left, which {@link Registry#gc()} would remove.
   *
   * @return their names in the directory, ordered
   * @throws RootException if the directory was removed or replaced since this view was opened
   */
  public List<String> leftovers() {
    return guests.inside(
        () ->
            exists()
                ? new Leftovers(directory).names().stream().sorted().toList()
                : List.<String>of());
  }

  /**
   * Ends all watches. Any thread may close, also a listener; it waits for no other thread. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    guests.close(watches);
  }

  private void release() {
    if (exists()) {
      RootUse.close(directory, options.isRootTemporary());
    }
  }
}
