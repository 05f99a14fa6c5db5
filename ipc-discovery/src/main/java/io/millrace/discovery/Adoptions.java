package io.millrace.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.ErrorHandler;

/** All adoptions of one registry, kept up to date by one watch. */
final class Adoptions implements ServiceListener, AutoCloseable {
  private final Registry registry;
  private final ErrorHandler errors;
  private final Map<String, Service> services = new HashMap<>();
  private final Map<String, List<Adoption>> adoptions = new HashMap<>();
  private final Watch watch;
  private boolean caughtUp;

  Adoptions(Registry registry, ErrorHandler errors) {
    this.registry = registry;
    this.errors = errors;
    this.watch = registry.watch(this);
  }

  synchronized Adoption add(ServiceSpec spec) {
    Adoption adoption = new Adoption(this, registry, errors, spec);
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
  public synchronized void onCaughtUp() {
    caughtUp = true;
    // Only now, because a service that died may have been published again and withdrawn since.
    adoptions.forEach(
        (name, list) -> {
          if (!services.containsKey(name)) {
            list.forEach(adoption -> adoption.onOrphaned(watch));
          }
        });
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

  synchronized void remove(Adoption adoption) {
    List<Adoption> same = adoptions.get(adoption.name());
    if (same != null && same.remove(adoption)) {
      adoption.release();
    }
  }

  /** Ends the watch first, so that nothing is published any more, and then hands all over. */
  @Override
  public void close() {
    watch.close();
    synchronized (this) {
      adoptions.values().forEach(list -> list.forEach(Adoption::release));
      adoptions.clear();
    }
  }
}
