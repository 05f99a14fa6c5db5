package io.millrace.discovery;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.ErrorHandler;

/**
 * Passes on what concerns services that a filter lets through, and keeps what the application
 * throws away from the watch. Used by one thread.
 */
final class FilteringListener implements ServiceListener {
  private final Predicate<? super Service> filter;
  private final ServiceListener listener;
  private final ErrorHandler errors;
  private final Set<String> told = new HashSet<>();

  FilteringListener(
      Predicate<? super Service> filter, ServiceListener listener, ErrorHandler errors) {
    this.filter = filter;
    this.listener = listener;
    this.errors = errors;
  }

  @Override
  public void onUp(Service service) {
    guarded(
        () -> {
          if (filter.test(service)) {
            told.add(service.name());
            listener.onUp(service);
          }
        });
  }

  @Override
  public void onChanged(Service before, Service now) {
    guarded(
        () -> {
          boolean matches = filter.test(now);
          if (!told.contains(now.name())) {
            onUp(now);
          } else if (matches) {
            listener.onChanged(before, now);
          } else {
            told.remove(now.name());
            listener.onDown(before, Departure.NO_LONGER_MATCHES);
          }
        });
  }

  @Override
  public void onDown(Service service, Departure reason) {
    guarded(
        () -> {
          if (told.remove(service.name())) {
            listener.onDown(service, reason);
          }
        });
  }

  @Override
  public void onMissed(String name, Departure reason) {
    guarded(() -> listener.onMissed(name, reason));
  }

  @Override
  public void onRefused(Refusal refusal) {
    guarded(() -> listener.onRefused(refusal));
  }

  @Override
  public void onCaughtUp() {
    guarded(listener::onCaughtUp);
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException failure) {
      errors.onError(failure);
    }
  }
}
