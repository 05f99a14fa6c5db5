package io.millrace.discovery;

import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Closing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All adoptions of one registry, kept up to date by one watch. Any thread may use it. No error
 * handler is called while its lock is held, so that one may close the registry.
 */
final class Adoptions implements ServiceListener, AutoCloseable {
  private final Registry registry;
  private final Guests guests;
  private final Callbacks callbacks;
  private final Map<String, Service> services = new HashMap<>();
  private final Map<String, List<Adoption>> adoptions = new HashMap<>();
  private final Watch watch;
  private boolean caughtUp;

  Adoptions(Registry registry, Guests guests, Callbacks callbacks) {
    this.registry = registry;
    this.guests = guests;
    this.callbacks = callbacks;
    this.watch = registry.watch(this);
  }

  synchronized Adoption add(ServiceSpec spec) {
    guests.requireOpen(); // Asked under the lock, behind which a close releases them all.
    Adoption adoption = new Adoption(this, registry, spec);
    try {
      // The watch may see it only when it is gone already; what it was like must not be lost.
      registry.find(spec.name()).ifPresent(adoption::onUp);
      if (caughtUp && !services.containsKey(spec.name())) {
        adoption.begin();
      }
    } catch (RuntimeException | Error failure) {
      adoption.release();
      throw failure;
    }
    adoptions.computeIfAbsent(spec.name(), name -> new ArrayList<>()).add(adoption);
    return adoption;
  }

  @Override
  public void onCaughtUp() {
    for (Throwable failure : adoptOrphans()) {
      if (!guests.isClosed()) {
        callbacks.report(failure);
      }
    }
  }

  private synchronized List<Throwable> adoptOrphans() {
    caughtUp = true;
    List<Throwable> failures = new ArrayList<>();
    // Only now, because a service that died may have been published again and withdrawn since.
    adoptions.forEach(
        (name, list) -> {
          if (!services.containsKey(name)) {
            for (Adoption adoption : list) {
              Throwable failure = adoption.onOrphaned(watch);
              if (failure != null) {
                failures.add(failure);
              }
            }
          }
        });
    return failures;
  }

  @Override
  public synchronized void onMissed(String name, Departure reason) {
    if (reason == Departure.WITHDRAWN) {
      adoptions.getOrDefault(name, List.of()).forEach(Adoption::onWithdrawn);
    }
  }

  @Override
  public synchronized void onUp(Service service) {
    services.put(service.name(), service);
    of(service).forEach(adoption -> adoption.onUp(service));
  }

  @Override
  public synchronized void onChanged(Service before, Service now) {
    services.put(now.name(), now);
    of(now).forEach(adoption -> adoption.onChanged(now));
  }

  @Override
  public synchronized void onDown(Service service, Departure reason) {
    services.remove(service.name());
    of(service).forEach(adoption -> adoption.onDown(service, reason));
  }

  private List<Adoption> of(Service service) {
    return adoptions.getOrDefault(service.name(), List.of());
  }

  void remove(Adoption adoption) {
    boolean removed;
    synchronized (this) {
      List<Adoption> same = adoptions.get(adoption.name());
      removed = same != null && same.remove(adoption);
    }
    if (removed) {
      adoption.release();
    }
  }

  /** Ends the watch first, so that nothing is published any more, and then hands all over. */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    all.add(watch);
    synchronized (this) {
      adoptions.values().forEach(list -> list.forEach(adoption -> all.add(adoption::release)));
      adoptions.clear();
    }
    Closing.closeAll(all);
  }
}
