package io.millrace.discovery.watch;

import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Passes on what concerns services that a filter lets through, and keeps what the application
 * throws away from the watch. Nothing is passed on once the watch is over. Used by one thread.
 */
public final class FilteringListener implements ServiceListener {
  private final Predicate<? super Service> filter;
  private final ServiceListener listener;
  private final Callbacks callbacks;
  private final BooleanSupplier isOver;
  private final Set<String> told = new HashSet<>();

  public FilteringListener(
      Predicate<? super Service> filter,
      ServiceListener listener,
      Callbacks callbacks,
      BooleanSupplier isOver) {
    this.filter = filter;
    this.listener = listener;
    this.callbacks = callbacks;
    this.isOver = isOver;
  }

  @Override
  public void onUp(Service service) {
    guarded(
        () -> {
          if (filter.test(service) && !isOver.getAsBoolean()) {
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
          if (isOver.getAsBoolean()) {
            return; // The filter has closed it.
          }
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
    if (!isOver.getAsBoolean()) {
      callbacks.run(call);
      // An interrupt that the application leaves behind is not meant for the watch.
      Thread.interrupted();
    }
  }
}
