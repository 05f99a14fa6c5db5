package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.PidFd;
import io.millrace.os.Platform;
import io.millrace.os.SystemCallException;
import io.millrace.ring.Ring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks at a registry and leaves it as it is: makes no directory, publishes nothing, and leaves
 * what dead processes left where it is. For tools; programs that take part use {@link Registry}.
 *
 * <p>A registry whose directory does not exist is empty, also if the directory is made later: open
 * another view then. Like everyone who has a directory of Millrace's own choice open, a view
 * removes it when it is the last to close and the directory is empty.
 *
 * <p>Any thread may use it.
 */
public final class RegistryView implements AutoCloseable {
  private final RegistryOptions options;
  private final Path root;
  private final Directory directory;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private RegistryView(RegistryOptions options) {
    this.options = options;
    this.root = options.root();
    this.directory = RootUse.find(root);
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
    return new RegistryView(options);
  }

  /**
   * Where the registry is.
   *
   * @return its directory, which may not exist
   */
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

  /**
   * Looks at all services.
   *
   * @return those that live, those that died, and what was refused
   */
  public Sightings scan() {
    List<Sighting> sightings = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (String name : names()) {
      if (HiddenNames.isService(name)) {
        try (RecordFile file = RecordFile.open(directory, name, false)) {
          if (file != null) {
            // Asked after reading, so that it was alive with this content.
            Service service = file.read();
            sightings.add(new Sighting(service, file.isPublisherAlive(), file.since()));
          }
        } catch (RecordException flaw) {
          refusals.add(new Refusal(name, flaw));
        }
      }
    }
    return new Sightings(sightings, refusals);
  }

  /**
   * Looks for one service.
   *
   * @param name its name
   * @return the service, empty if none of that name has a live publisher
   * @throws RecordException if there is a record of that name that cannot be trusted
   */
  public Optional<Service> find(String name) {
    HiddenNames.requireService(name);
    return exists()
        ? Optional.ofNullable(new Finder(directory, Cleaner.thatLeavesAll(directory)).find(name))
        : Optional.empty();
  }

  /**
   * Tells in which way descriptors of a service would come to this process. Tries it where its
   * publisher does not notice, and does not ask over the socket.
   *
   * @param service the service
   * @return the way, empty if there is nothing to get or no way to get it
   */
  public Optional<Transfer> wayTo(Service service) {
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
      PidFd.copyDescriptor(process, service.parcel(), service.name()).close();
      return true;
    } catch (SystemCallException denied) {
      return false;
    }
  }

  /**
   * Gets the descriptors of a service into this process.
   *
   * @param name the name of the service
   * @return the descriptors, checked to be what the record says
   * @throws NoSuchServiceException if no service of that name has a live publisher
   * @throws RecordException if its record cannot be trusted
   * @throws TransferException if the descriptors cannot be had, or are not what the record says
   */
  public Acquisition acquire(String name) {
    HiddenNames.requireService(name);
    if (!exists()) {
      throw new NoSuchServiceException(
          "no service " + name + " is published: registry root " + root + " does not exist");
    }
    return new Acquirer(directory, options.transfer()).acquire(name);
  }

  /**
   * Opens a ring, to read its counters or to observe it. That takes no place in the ring.
   *
   * @param name the name of its service
   * @return the ring, owned by the caller
   * @throws NoSuchServiceException if no service of that name has a live publisher
   * @throws TransferException if the descriptors cannot be had, or are not what the record says
   * @throws io.millrace.ring.RingException if they are not those of a ring that can be used
   */
  public Ring joinRing(String name) {
    try (Acquisition acquisition = acquire(name)) {
      return Rings.join(acquisition);
    }
  }

  /**
   * Tells a listener of all services that live, and then of each that comes, changes or goes.
   *
   * @param listener called by a thread of its own
   * @return the running watch; the view ends it when it is closed
   * @throws DiscoveryException if the directory does not exist, or cannot be watched
   */
  public Watch watch(ServiceListener listener) {
    if (!exists()) {
      throw new DiscoveryException(
          "registry root " + root + " does not exist, so there is nothing to watch yet");
    }
    Watch watch =
        new Watch(
            directory,
            Cleaner.thatLeavesAll(directory),
            Filters.any(),
            listener,
            options.errorHandler(),
            watches::remove);
    watches.add(watch);
    return watch;
  }

  /**
   * Lists the files that dead processes left, which {@link Registry#gc()} would remove.
   *
   * @return their names in the directory, ordered
   */
  public List<String> leftovers() {
    return exists()
        ? names().stream().filter(new Leftovers(directory)::contain).toList()
        : List.of();
  }

  private List<String> names() {
    return exists() ? directory.names().stream().sorted().toList() : List.of();
  }

  /** Ends all watches. Closing twice is no error. */
  @Override
  public void close() {
    watches.forEach(Watch::close);
    if (exists() && closed.compareAndSet(false, true)) {
      RootUse.close(directory, options.isRootTemporary());
    }
  }
}
