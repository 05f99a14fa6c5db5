package io.millrace.discovery;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.publish.PublishingConditions;
import io.millrace.discovery.publish.SupersededException;
import io.millrace.discovery.transfer.Descriptors;
import io.millrace.os.Closing;
import java.util.List;

/**
 * The readiness of this process to publish a service again when its publisher is gone. Any thread
 * may use it.
 */
public final class Adoption implements AutoCloseable {
  private final Adoptions adoptions;
  private final Registry registry;
  private final Descriptors held;

  /** What to publish when it is this process's turn; goes on with what others said of it. */
  private volatile ServiceSpec spec;

  private final List<ServiceDescriptor> memory;
  private volatile State state = State.FOLLOWING;
  private Publication publication;
  private long newest;

  private class Succession implements PublishingConditions {
    @Override
    public boolean mayReplace(Service dead) {
      // Never something else that had the name meanwhile and died as well.
      return isSame(dead);
    }

    @Override
    public boolean isToBeContinued() {
      return true;
    }
  }

  /** What has become of the service, as far as this process knows. */
  public enum State {
    /** Another process publishes it. */
    FOLLOWING,
    /** This process publishes it. */
    PUBLISHING,
    /** Its publisher withdrew it, which ends it. */
    WITHDRAWN,
    /** Something else has its name. */
    SUPERSEDED
  }

  Adoption(Adoptions adoptions, Registry registry, ServiceSpec wanted) {
    this.adoptions = adoptions;
    this.registry = registry;
    this.held = Descriptors.duplicatesOf(wanted.descriptors());
    try {
      this.spec = wanted.descriptors(held.numbers());
      this.memory = memoryOf(held.describe(spec.descriptors()));
    } catch (RuntimeException | Error failure) {
      held.close();
      throw failure;
    }
  }

  /**
   * What has become of the service.
   *
   * @return the state, as last told by the watch
   */
  public State state() {
    return state;
  }

  /**
   * The name of the service.
   *
   * @return the name
   */
  public String name() {
    return spec.name();
  }

  /**
   * Nobody publishes the service. Called when the adoption begins: what was before is of no matter.
   */
  void begin() {
    publish(new Succession());
  }

  /**
   * Nobody publishes the service, as far as the watch was told. Called by the thread of the watch.
   *
   * <p>This may be long ago: meanwhile somebody else may have published the service and withdrawn
   * it, which ends it. The watch has been told of that by then, so nothing is published while
   * anything that it was told is unread; it calls again when it is read.
   *
   * @return what kept this process from publishing, {@code null} if nothing did
   */
  Throwable onOrphaned(Watch watch) {
    if (state != State.FOLLOWING) {
      return null;
    }
    try {
      publish(
          new Succession() {
            @Override
            public boolean isViewCurrent() {
              return watch.isCurrent(name());
            }
          });
      return null;
    } catch (RuntimeException | Error failure) {
      // No descriptor left, perhaps, or a stopped process has the turn: that can pass.
      watch.lookAgainLater(name());
      return failure;
    }
  }

  /** The last one who published the service withdrew it. */
  void onWithdrawn() {
    if (state == State.FOLLOWING) {
      state = State.WITHDRAWN;
    }
  }

  void onUp(Service service) {
    if (!isOwn(service) && !isOutdated(service)) {
      state = isSame(service) ? State.FOLLOWING : State.SUPERSEDED;
      remember(service);
    }
  }

  void onChanged(Service service) {
    remember(service);
  }

  void onDown(Service service, Departure reason) {
    if (!isOwn(service) && !isOutdated(service) && isSame(service)) {
      remember(service);
      if (reason == Departure.WITHDRAWN) {
        onWithdrawn();
      }
    }
  }

  /**
   * Tells whether a later publication of the service is known: what the watch has only now been
   * told of may be from before this adoption began, or before it published.
   */
  private boolean isOutdated(Service service) {
    return service.generation() < newest;
  }

  /** Keeps what the next publication of the service has to carry on. */
  private void remember(Service service) {
    if (isOutdated(service)) {
      return;
    }
    newest = service.generation();
    if (isSame(service)) {
      spec =
          spec.kind(service.kind())
              .capabilities(service.capabilities())
              .generation(service.generation() + 1);
    }
  }

  private void publish(PublishingConditions conditions) {
    try {
      Publication published = registry.publish(spec, conditions);
      if (published != null) {
        publication = published;
        newest = published.service().generation();
        state = State.PUBLISHING;
      }
    } catch (NameInUseException anotherWasFaster) {
      state = State.FOLLOWING;
    } catch (SupersededException somethingElse) {
      state = State.SUPERSEDED;
    }
  }

  private boolean isOwn(Service service) {
    return publication != null && publication.service().instance() == service.instance();
  }

  /** Tells whether a service is of the same memory. */
  boolean isSame(Service service) {
    List<ServiceDescriptor> theirs = memoryOf(service.descriptors());
    if (theirs.size() != memory.size()
        || service.descriptors().size() != spec.descriptors().size()) {
      return false;
    }
    for (int i = 0; i < memory.size(); i++) {
      if (theirs.get(i).inode() != memory.get(i).inode()
          || theirs.get(i).device() != memory.get(i).device()) {
        return false;
      }
    }
    return true;
  }

  private static List<ServiceDescriptor> memoryOf(List<ServiceDescriptor> descriptors) {
    return descriptors.stream().filter(ServiceDescriptor::isMemory).toList();
  }

  /**
   * Stands back; if this process publishes the service, hands it over to another that adopts it. So
   * does closing the registry. Any thread may close; closing again does nothing.
   */
  @Override
  public void close() {
    adoptions.remove(this);
  }

  /** Called once, when the watch does not call this any more. */
  void release() {
    Closing.closeAll(
        () -> {
          if (publication != null) {
            publication.handOver();
          }
        },
        held);
  }
}
