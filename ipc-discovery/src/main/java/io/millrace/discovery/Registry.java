package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.TransferException;
import io.millrace.discovery.publish.PublishingConditions;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.Finder;
import io.millrace.discovery.root.RootUse;
import io.millrace.discovery.transfer.Acquirer;
import io.millrace.discovery.watch.Arrival;
import io.millrace.message.MessageSchema;
import io.millrace.os.Closing;
import io.millrace.os.Directory;
import io.millrace.os.Platform;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The directory in which the processes of this host publish services and find each other.
 *
 * <p>Any thread may use it, and close it, even a listener, an access rule or an error handler.
 * Closing it withdraws everything that was published through it and ends what waits: every method
 * but {@link #root} throws {@link ClosedException} then and from then on; and {@link
 * SystemCallException} where this process has no descriptors or memory left, with the limit that is
 * to be raised.
 *
 * <p>It belongs to the directory that it opened. If that is removed, moved or replaced meanwhile,
 * nobody who comes later finds what is in it: methods that look or publish say so then ({@link
 * RootException}), watches tell the error handler and end, and the cure is to close the registry
 * and to open it again.
 */
public final class Registry implements ServiceLookup {
  private final Callbacks callbacks;
  private final Guests guests;
  private final Directory directory;
  private final RegistryOptions options;
  private final Cleaner cleaner;
  private final Finder finder;
  private final Acquirer acquirer;
  private final Publications publications;
  private final Watches watches;

  /** Made with the first of them. Guarded by this object. */
  private Adoptions adoptions;

  private Registry(RegistryOptions options, Directory directory) {
    this.options = options;
    this.directory = directory;
    this.callbacks = new Callbacks(options.errorHandler());
    this.guests = new Guests("registry " + directory.path(), this::release, callbacks);
    this.publications = new Publications(guests, directory, options);
    this.cleaner = new Cleaner(directory);
    this.finder = new Finder(directory, cleaner);
    this.acquirer = new Acquirer(guests, directory, options.transfer());
    this.watches = new Watches(guests, directory, Cleaner::new, callbacks);
  }

  /**
   * Opens the registry that the processes of this user share by default: the directory named by
   * {@code MILLRACE_DIR}, else {@code $XDG_RUNTIME_DIR/millrace}, else {@code /run/millrace} where
   * it exists and can be written, else {@code /dev/shm/millrace-<uid>}. It is made, for this user
   * alone, if only its last part is missing. The second and the last of these are removed again by
   * the last process that uses them.
   *
   * @return the registry
   * @throws RootException if the directory cannot be obtained or cannot be trusted
   * @throws DiscoveryException if {@code MILLRACE_TRANSFER} names no way of transfer
   */
  public static Registry open() {
    return open(RegistryOptions.defaults());
  }

  /**
   * Opens the registry in a directory.
   *
   * @param root the directory; made, for this user alone, if only its last part is missing
   * @return the registry
   * @throws RootException if the directory cannot be obtained or cannot be trusted
   * @throws DiscoveryException if {@code MILLRACE_TRANSFER} names no way of transfer
   */
  public static Registry open(Path root) {
    return open(RegistryOptions.defaults().root(root));
  }

  /**
   * Opens a registry.
   *
   * @param options where it is and how it works
   * @return the registry
   * @throws RootException if the directory cannot be obtained or cannot be trusted
   */
  public static Registry open(RegistryOptions options) {
    Platform.check();
    Directory directory = RootUse.open(options.root());
    try {
      return new Registry(options, directory);
    } catch (RuntimeException | Error failure) {
      RootUse.giveUp(directory, options.isRootTemporary(), failure);
      throw failure;
    }
  }

  @Override
  public Path root() {
    return directory.path();
  }

  /**
   * Publishes a service. Its record appears whole, and vanishes for others when this process dies.
   * A dead publisher's name is taken over; of any number of racers exactly one gets it.
   *
   * <p>If the registry is closed meanwhile, the service is withdrawn with it or was never there.
   * Waiting for other publishers of the name, at most five seconds, is not ended by an interrupt,
   * which is kept.
   *
   * @param spec what
   * @return the publication; close it to withdraw the service
   * @throws NameInUseException if a live process, this one perhaps, has published the name
   * @throws RecordException if something that is no record has the name; it is left alone
   * @throws RootException if the directory cannot be written, or its path leads elsewhere by now
   * @throws IllegalArgumentException if a descriptor is not of its kind or the record is too large
   */
  public Publication publish(ServiceSpec spec) {
    return publish(spec, PublishingConditions.NONE);
  }

  Publication publish(ServiceSpec spec, PublishingConditions conditions) {
    return guests.inside(() -> publications.publish(spec, conditions));
  }

  /**
   * Lists the services whose publishers are alive. This waits for nobody.
   *
   * @return the services, ordered by name
   * @throws RootException if the directory was removed or replaced since this registry was opened
   */
  public List<Service> list() {
    return guests.inside(finder::list);
  }

  @Override
  public Scan scan() {
    return guests.inside(finder::scan);
  }

  @Override
  public Optional<Service> find(String name) {
    Service.requireName(name);
    return guests.inside(() -> Optional.ofNullable(finder.find(name)));
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
   * in the directory; a virtual one leaves its carrier to others.
   *
   * <p>An interrupt, also one that came before, ends the wait, and is kept. So does closing the
   * registry.
   *
   * @param name its name
   * @param timeout how long at most; zero or less only looks, {@code ChronoUnit.FOREVER} waits for
   *     ever
   * @return the service, empty if it did not come in time or before an interrupt
   * @throws RecordException if there is a record of that name that cannot be trusted
   * @throws RootException if the directory is removed or replaced meanwhile
   * @throws DiscoveryException if the directory cannot be watched
   */
  public Optional<Service> await(String name, Duration timeout) {
    Service.requireName(name);
    return guests.inside(
        () -> Optional.ofNullable(new Arrival(guests, directory, finder, name).await(timeout)));
  }

  @Override
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
   * @throws DiscoveryException if the directory cannot be watched
   */
  public Watch watch(Predicate<? super Service> filter, ServiceListener listener) {
    return guests.inside(() -> watches.add(filter, listener));
  }

  /**
   * Removes everything that dead processes left in the directory. A process that meets a dead
   * record removes it anyway; this looks for them. Files that are not Millrace's stay.
   *
   * @return how many files were removed
   * @throws RootException if the directory was removed or replaced since this registry was opened
   */
  public int gc() {
    return guests.inside(cleaner::removeAllDead);
  }

  @Override
  public Acquisition acquire(String name) {
    Service.requireName(name);
    return guests.inside(() -> new Acquisition(acquirer.acquire(name)));
  }

  /**
   * Publishes a ring that this process created or joined, and the {@linkplain
   * MessageSchema#attachTo schema that it carries}, of which the capability {@link
   * Capabilities#SCHEMA} has the fingerprint.
   *
   * @param name the name of the service
   * @param ring the ring; it may be closed before the publication, which has descriptors of its own
   * @param capabilities what others are to know of it
   * @return the publication; close it to withdraw the service
   * @throws NameInUseException if a live process has published the name
   * @throws RecordException if something that is no record has the name; it is left alone
   * @throws io.millrace.message.DamagedSchemaException if what the ring carries is no schema
   */
  public Publication publish(String name, Ring ring, Capabilities capabilities) {
    return publish(Rings.publish(name, ring, capabilities));
  }

  /**
   * Makes this process, a member that has joined a service, ready to go on with it: when its
   * publisher dies, or hands it over, or somebody else removes its record, exactly one of the
   * processes that adopt it publishes it again, with the next generation and the capabilities it
   * had last. If nobody publishes it when this is called, this process does so at once.
   *
   * @param spec the name, and this process's descriptors of the same memory
   * @return the adoption; close it to stand back, and to hand the service over if this process has
   *     taken it
   * @throws IllegalArgumentException if a descriptor is not of its kind
   * @throws DiscoveryException if the directory cannot be watched, as it is from the first adoption
   *     on
   * @throws RecordException if something that is no record has the name; it is left alone
   */
  public Adoption adopt(ServiceSpec spec) {
    return guests.inside(() -> adoptions().add(spec));
  }

  /**
   * Makes this process ready to go on with a ring that it has joined.
   *
   * @param name the name of its service
   * @param ring the ring
   * @return the adoption, see {@link #adopt(ServiceSpec)}
   * @throws DiscoveryException if the directory cannot be watched, as it is from the first adoption
   *     on
   * @throws RecordException if something that is no record has the name; it is left alone
   */
  public Adoption adopt(String name, Ring ring) {
    return adopt(Rings.describe(name, ring, Capabilities.none()));
  }

  /**
   * Joins the ring of a name, or creates and publishes it if there is none: of any number of
   * processes that do so at once, one creates it. All are equals then; those who are left keep it,
   * and one of them publishes it again when its publisher dies or leaves. The first such call makes
   * a daemon thread, which serves all adoptions of this registry.
   *
   * @param name the name of its service
   * @param options the size and shape of a new one; ignored if there is one already
   * @return the ring; close it to leave
   * @throws DiscoveryException if the name belongs to something that is no ring, or does not settle
   *     within five seconds
   * @throws TransferException if the descriptors cannot be obtained, or are not what the record
   *     says
   * @throws io.millrace.ring.DamagedRingException if they are not those of a ring that can be used
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws RecordException if something that cannot be trusted has the name
   */
  public NamedRing createOrJoinRing(String name, RingOptions options) {
    return createOrJoinRing(name, options, List.of());
  }

  /**
   * Joins the ring of a name, or creates and publishes it if there is none, as {@link
   * #createOrJoinRing(String, RingOptions)} does; with groups that a new ring has before its first
   * record, so that those who read them lose nothing while they find it.
   *
   * @param name the name of its service
   * @param options the size and shape of a new one
   * @param groups the groups of a new one; made {@linkplain GroupOptions#retained() retained}.
   *     Ignored, as the options are, if there is one already
   * @return the ring; close it to leave
   * @throws DiscoveryException if the name belongs to something that is no ring, or does not settle
   *     within five seconds
   * @throws TransferException if the descriptors cannot be obtained, or are not what the record
   *     says
   * @throws io.millrace.ring.DamagedRingException if they are not those of a ring that can be used
   * @throws io.millrace.ring.RingException if the groups cannot be made
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws RecordException if something that cannot be trusted has the name
   */
  public NamedRing createOrJoinRing(String name, RingOptions options, List<GroupOptions> groups) {
    Service.requireName(name);
    List<GroupOptions> required = List.copyOf(groups);
    return guests.inside(() -> NamedRing.createOrJoin(this, name, options, required, null));
  }

  /**
   * Joins the ring of a name, or creates and publishes it if there is none, as {@link
   * #createOrJoinRing(String, RingOptions, List)} does; a new ring carries a schema, and one that
   * is there already must not carry another one that this cannot be used with.
   *
   * @param name the name of its service
   * @param options the size and shape of a new one
   * @param groups the groups of a new one; made {@linkplain GroupOptions#retained() retained}
   * @param schema what the records of the ring are
   * @return the ring; close it to leave
   * @throws io.millrace.message.IncompatibleSchemaException if the ring carries a schema whose
   *     messages would be misunderstood; names both
   * @throws io.millrace.message.DamagedSchemaException if what it carries is no schema
   * @throws DiscoveryException if the name belongs to something that is no ring, or does not settle
   *     within five seconds
   * @throws TransferException if the descriptors cannot be obtained, or are not what the record
   *     says
   * @throws io.millrace.ring.DamagedRingException if they are not those of a ring that can be used
   * @throws io.millrace.ring.RingException if the groups cannot be made
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws RecordException if something that cannot be trusted has the name
   */
  public NamedRing createOrJoinRing(
      String name, RingOptions options, List<GroupOptions> groups, MessageSchema schema) {
    Service.requireName(name);
    Objects.requireNonNull(schema, "schema");
    List<GroupOptions> required = List.copyOf(groups);
    return guests.inside(() -> NamedRing.createOrJoin(this, name, options, required, schema));
  }

  /** How it was opened. */
  RegistryOptions options() {
    return options;
  }

  private synchronized Adoptions adoptions() {
    if (adoptions == null) {
      adoptions = new Adoptions(this, guests, callbacks);
    }
    return adoptions;
  }

  /**
   * Ends all watches, withdraws everything that was published, and hands over what was adopted. Any
   * thread may close, also from inside a listener, an access rule or an error handler. It waits for
   * no other thread: where one is inside a call, the last of them gives the directory up. Closing
   * again does nothing.
   *
   * @throws RuntimeException the first failure, with the others in it; everything else has been
   *     done
   */
  @Override
  public void close() {
    guests.close(watches, this::closeAdoptions, publications);
  }

  private void closeAdoptions() {
    Adoptions adopted;
    synchronized (this) {
      adopted = adoptions;
    }
    Closing.closeAll(adopted);
  }

  private void release() {
    Closing.closeAll(
        publications::release, () -> RootUse.close(directory, options.isRootTemporary()));
  }
}
