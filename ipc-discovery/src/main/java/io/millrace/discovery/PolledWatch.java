package io.millrace.discovery;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.Finder;
import io.millrace.discovery.root.RootUse;
import io.millrace.discovery.watch.Watcher;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A watch without a thread of its own, for those who wait for other things as well: it has a
 * descriptor for their epoll set, and tells its listener when it is asked to look.
 *
 * <pre>{@code
 * try (PolledWatch watch = PolledWatch.open(registry, name -> name.startsWith("feed."), listener)) {
 *   while (running) {
 *     // poll(2), epoll(7) ... on watch.descriptor() and others, for reading,
 *     // for at most watch.longestWaitNanos()
 *     watch.poll();
 *   }
 * }
 * }</pre>
 *
 * <p>Records whose names are not of interest are never opened. It has the registry's directory open
 * by itself and may outlive the registry. Used by one thread at a time.
 */
public final class PolledWatch implements AutoCloseable {
  private final RegistryOptions options;
  private final Directory directory;
  private final Watcher watcher;
  private boolean closed;

  private PolledWatch(RegistryOptions options, Predicate<String> names, ServiceListener listener) {
    this.options = options;
    directory = RootUse.open(options.root());
    try {
      watcher = new Watcher(directory, new Cleaner(directory), names, listener);
    } catch (RuntimeException | Error failure) {
      RootUse.giveUp(directory, options.isRootTemporary(), failure);
      throw failure;
    }
  }

  /**
   * Begins to watch, and tells of all services that are there, before it returns.
   *
   * @param registry where
   * @param names which services, by their names
   * @param listener called inside this method and {@link #poll()}; what it throws comes out of
   *     them, and is not told again
   * @return the watch
   * @throws RootException if the directory cannot be obtained, or its path leads elsewhere by now
   * @throws DiscoveryException if the kernel has no watch left for this user
   * @throws SystemCallException if no descriptors are left
   * @throws NullPointerException if an argument is null
   */
  public static PolledWatch open(
      Registry registry, Predicate<String> names, ServiceListener listener) {
    Objects.requireNonNull(names, "names");
    Objects.requireNonNull(listener, "listener");
    PolledWatch watch = new PolledWatch(registry.options(), names, listener);
    try {
      watch.watcher.start();
      return watch;
    } catch (RuntimeException | Error failure) {
      watch.close();
      throw failure;
    }
  }

  /**
   * Lists the services whose publishers are alive, without opening the records of others.
   *
   * @param registry where
   * @param names which services, by their names
   * @return the services, ordered by name; records that cannot be trusted are left out
   * @throws RootException if the directory cannot be obtained
   */
  public static List<Service> list(Registry registry, Predicate<String> names) {
    Directory directory = RootUse.open(registry.options().root());
    try {
      Finder finder = new Finder(directory);
      return directory.names().stream()
          .filter(name -> Service.isName(name) && names.test(name))
          .sorted()
          .map(name -> find(finder, name))
          .flatMap(Optional::stream)
          .toList();
    } finally {
      RootUse.close(directory, registry.options().isRootTemporary());
    }
  }

  private static Optional<Service> find(Finder finder, String name) {
    try {
      return Optional.ofNullable(finder.find(name));
    } catch (RecordException untrusted) {
      return Optional.empty();
    }
  }

  /**
   * The descriptor to poll for reading.
   *
   * @return its number, the same for the life of the watch; it stays owned by it
   */
  public int descriptor() {
    return watcher.descriptor();
  }

  /**
   * How long to sleep at most before {@link #poll()}, even if the descriptor is not readable. Never
   * more than a second, because moving or replacing the directory is no event.
   *
   * @return nanoseconds, 0 or more
   */
  public long longestWaitNanos() {
    return Deadline.nanosLeft(watcher.next());
  }

  /**
   * Tells the listener what has happened by now; does not wait. Where no descriptors are left for
   * it, the error handler of the registry is told, and everything is looked at again within a
   * second.
   *
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public void poll() {
    try {
      watcher.tellNow();
    } catch (SystemCallException shortage) {
      options.errorHandler().onError(shortage);
      watcher.lookAtEverythingLater();
    }
  }

  /** Ends the watch. Closing again does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      watcher.close();
    } finally {
      RootUse.close(directory, options.isRootTemporary());
    }
  }
}
