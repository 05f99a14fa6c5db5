package io.millrace.discovery;

import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.record.Cleaner;
import io.millrace.os.Closing;
import io.millrace.os.Directory;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The watches that were begun through a registry or a view, and end with it. */
final class Watches implements AutoCloseable {
  private final Guests guests;
  private final Directory directory;
  private final Function<Directory, Cleaner> cleaning;
  private final Callbacks callbacks;
  private final Set<Watch> running = ConcurrentHashMap.newKeySet();

  /**
   * Begins without any.
   *
   * @param cleaning how what dead processes left is treated by who meets it
   */
  Watches(
      Guests guests,
      Directory directory,
      Function<Directory, Cleaner> cleaning,
      Callbacks callbacks) {
    this.guests = guests;
    this.directory = directory;
    this.cleaning = cleaning;
    this.callbacks = callbacks;
  }

  /** Begins one. For one of the guests. */
  Watch add(Predicate<? super Service> filter, ServiceListener listener) {
    Watch watch = new Watch(directory, cleaning, filter, listener, callbacks, running::remove);
    running.add(watch);
    if (watch.isOver()) {
      running.remove(watch); // It ended by itself, before it was among them.
    }
    if (guests.isClosed()) {
      // A close may have looked for watches before this one was among them.
      watch.close();
      guests.requireOpen();
    }
    return watch;
  }

  @Override
  public void close() {
    Closing.closeAll(new ArrayList<>(running));
  }
}
