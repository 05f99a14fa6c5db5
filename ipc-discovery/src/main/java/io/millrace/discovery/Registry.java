package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.Platform;
import io.millrace.ring.Ring;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The directory in which the processes of this host publish services and find each other.
 *
 * <p>Any thread may use it. Closing it withdraws everything that was published through it.
 */
public final class Registry implements AutoCloseable {
  private final Directory directory;
  private final RegistryOptions options;
  private final Finder finder;
  private final Acquirer acquirer;
  private final Publications publications;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private Adoptions adoptions;
  private boolean closed;

  private Registry(RegistryOptions options) {
    this.options = options;
    this.directory = RootUse.open(options.root());
    this.publications = new Publications(directory, options);
    this.finder = new Finder(directory);
    this.acquirer = new Acquirer(directory, options.transfer());
  }

  /**
   * Opens the registry that the processes of this user share without being told: the directory
   * named by {@code MILLRACE_DIR}, else {@code $XDG_RUNTIME_DIR/millrace}, else {@code
   * /run/millrace} where it exists and can be written, else {@code /dev/shm/millrace-<uid>}. It is
   * made, for this user alone, if only its last part is missing. The second and the last of these
   * are removed again by the last process that uses them.
   *
   * @return the registry
   * @throws RootException if the directory cannot be had or cannot be trusted
   */
  public static Registry open() {
    return open(new RegistryOptions());
  }

  /**
   * Opens the registry in a directory.
   *
   * @param root the directory; made, for this user alone, if only its last part is missing
   * @return the registry
   * @throws RootException if the directory cannot be had or cannot be trusted
   */
  public static Registry open(Path root) {
    return open(new RegistryOptions().root(root));
  }

  /**
   * Opens a registry.
   *
   * @param options where it is and how it works
   * @return the registry
   * @throws RootException if the directory cannot be had or cannot be trusted
   */
  public static Registry open(RegistryOptions options) {
    Platform.check();
    return new Registry(options);
  }

  /**
   * Where this registry is.
   *
   * @return its directory
   */
  public Path root() {
    return directory.path();
  }

  /**
   * Publishes a service. Its record appears whole, and vanishes for others when this process dies.
   * A dead publisher's name is taken over; of any number of racers exactly one gets it.
   *
   * @param spec what
   * @return the publication; close it to withdraw the service
   * @throws NameInUseException if a live process, this one perhaps, has published the name
   * @throws RootException if the directory cannot be written
   * @throws IllegalArgumentException if a descriptor is not of its kind or the record is too large
   */
  public Publication publish(ServiceSpec spec) {
    return publish(spec, PublishingConditions.NONE);
  }

  Publication publish(ServiceSpec spec, PublishingConditions conditions) {
    requireOpen();
    return publications.publish(spec, conditions);
  }

  /**
   * Lists the services whose publishers are alive. Nobody is waited for.
   *
   * @return the services, ordered by name
   */
  public List<Service> list() {
    return finder.scan().services();
  }

  /**
   * Lists the services whose publishers are alive, and the records that were refused.
   *
   * @return both
   */
  public Scan scan() {
    return finder.scan();
  }

  /**
   * Looks for one service. What that costs does not depend on how many there are.
   *
   * @param name its name
   * @return the service, empty if none of that name has a live publisher
   * @throws RecordException if there is a record of that name that cannot be trusted
   */
  public Optional<Service> find(String name) {
    return Optional.ofNullable(finder.find(HiddenNames.requireService(name)));
  }

  /**
   * Lists the services whose publishers are alive and which match.
   *
   * @param filter which, see {@link Filters}
   * @return the services, ordered by name
   */
  public List<Service> list(Predicate<? super Service> filter) {
    return list().stream().filter(filter).toList();
  }

  /**
   * Waits until a service is there. The calling thread sleeps in the kernel until something changes
   * in the directory; an interruption does not wake it.
   *
   * @param name its name
   * @param timeout how long at most
   * @return the service, empty if it did not come in time
   * @throws RecordException if there is a record of that name that cannot be trusted
   */
  public Optional<Service> await(String name, Duration timeout) {
    HiddenNames.requireService(name);
    return Optional.ofNullable(new Arrival(directory, finder, name).await(timeout));
  }

  /**
   * Tells a listener of all services that are there, and then of each that comes, changes or goes.
   *
   * @param listener called by a thread of its own
   * @return the running watch; the registry ends it when it is closed
   */
  public Watch watch(ServiceListener listener) {
    return watch(Filters.any(), listener);
  }

  /**
   * Tells a listener of services that match. One whose capabilities change so that it matches, or
   * does not any more, comes or goes as far as the listener is concerned.
   *
   * @param filter which, see {@link Filters}
   * @param listener called by a thread of its own
   * @return the running watch; the registry ends it when it is closed
   */
  public Watch watch(Predicate<? super Service> filter, ServiceListener listener) {
    requireOpen();
    Watch watch =
        new Watch(
            directory,
            new Cleaner(directory),
            filter,
            listener,
            options.errorHandler(),
            watches::remove);
    watches.add(watch);
    return watch;
  }

  /**
   * Removes everything that dead processes left in the directory. Whoever meets a dead record
   * removes it anyway; this looks for them.
   *
   * @return how many files were removed
   */
  public int gc() {
    return finder.removeAllDead();
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
    return acquirer.acquire(HiddenNames.requireService(name));
  }

  /**
   * Publishes a ring that this process created or joined.
   *
   * @param name the name of the service
   * @param ring the ring; it may be closed before the publication, which has descriptors of its own
   * @param capabilities what others shall know of it
   * @return the publication; close it to withdraw the service
   * @throws NameInUseException if a live process has published the name
   */
  public Publication publish(String name, Ring ring, Capabilities capabilities) {
    return publish(Rings.describe(name, ring, capabilities));
  }

  /**
   * Makes this process, a member that has joined a service, ready to go on with it: when its
   * publisher dies, or hands it over, exactly one of the processes that adopt it publishes it
   * again, with the next generation and the capabilities it had last. If nobody publishes it when
   * this is called, this process does so at once.
   *
   * @param spec the name, and this process's descriptors of the same memory
   * @return the adoption; close it to stand back, and to hand the service over if this process has
   *     taken it
   * @throws IllegalArgumentException if a descriptor is not of its kind
   */
  public Adoption adopt(ServiceSpec spec) {
    return adoptions().add(spec);
  }

  /**
   * Makes this process ready to go on with a ring that it has joined.
   *
   * @param name the name of its service
   * @param ring the ring
   * @return the adoption, see {@link #adopt(ServiceSpec)}
   */
  public Adoption adopt(String name, Ring ring) {
    return adopt(Rings.describe(name, ring, Capabilities.none()));
  }

  /**
   * Joins a ring by the name of its service.
   *
   * @param name the name
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

  private synchronized void requireOpen() {
    if (closed) {
      throw new DiscoveryException("registry " + root() + " is closed");
    }
  }

  private synchronized Adoptions adoptions() {
    requireOpen();
    if (adoptions == null) {
      adoptions = new Adoptions(this, options.errorHandler());
    }
    return adoptions;
  }

  /** Ends all watches, withdraws everything that was published, and hands over what was adopted. */
  @Override
  public void close() {
    Adoptions adopted;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      adopted = adoptions;
    }
    // Not under the lock: their threads may be about to publish.
    new ArrayList<>(watches).forEach(Watch::close);
    if (adopted != null) {
      adopted.close();
    }
    publications.close();
    RootUse.close(directory, options.isRootTemporary());
  }
}
