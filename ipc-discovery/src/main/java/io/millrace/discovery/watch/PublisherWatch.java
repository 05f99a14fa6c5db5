package io.millrace.discovery.watch;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Identity;
import io.millrace.os.Epoll;
import io.millrace.os.Errno;
import io.millrace.os.ProcessWatch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The processes whose services are watched; the kernel tells when one dies. One descriptor a
 * process, however many services it has. Used by one thread.
 */
final class PublisherWatch implements AutoCloseable {
  private final ProcessWatch watched;
  private final long firstTag;
  private final Map<Integer, Process> processes = new HashMap<>();

  /**
   * A process.
   *
   * @param services the names of its services
   * @param sockets the names of the sockets that their records told
   */
  record Process(Set<String> services, Set<String> sockets) {}

  /**
   * Starts without any.
   *
   * @param firstTag the tag of process 0 in the set; that of process N is N more
   */
  PublisherWatch(Epoll epoll, long firstTag) {
    this.watched = new ProcessWatch(epoll);
    this.firstTag = firstTag;
  }

  /**
   * Begins to watch the publisher of a service. The caller looks afterwards whether it still lives.
   *
   * @return false if its process cannot be watched from here, for example because it is in another
   *     pid namespace
   */
  boolean add(Service service) {
    if (service.pidNamespace() != Identity.self().pidNamespace()) {
      return false;
    }
    Process process = processes.get(service.pid());
    if (process == null) {
      if (!watch(service.pid())) {
        return false;
      }
      process = new Process(new HashSet<>(), new HashSet<>());
      processes.put(service.pid(), process);
    }
    process.services.add(service.name());
    if (!service.socket().isEmpty()) {
      process.sockets.add(service.socket());
    }
    return true;
  }

  private boolean watch(int pid) {
    try {
      watched.add(firstTag + pid, pid);
      return true;
    } catch (SystemCallException failure) {
      if (isFinal(failure.errno())) {
        return false;
      }
      throw failure;
    }
  }

  /** It is dead, or no process at all, or a seccomp profile hides the call. */
  private static boolean isFinal(int errno) {
    return switch (errno) {
      case Errno.ESRCH, Errno.EINVAL, Errno.ENOSYS, Errno.EPERM -> true;
      default -> false;
    };
  }

  /**
   * A service went without being withdrawn. Its process stays watched until its end, which is near
   * or has come: the lock of its socket may be free only then.
   */
  void lose(Service service) {
    Process process = processes.get(service.pid());
    if (process != null) {
      process.services.remove(service.name());
    }
  }

  /** Ends the watch for one service. */
  void remove(Service service) {
    Process process = processes.get(service.pid());
    if (process != null && process.services.remove(service.name()) && process.services.isEmpty()) {
      forget(service.pid());
    }
  }

  /** Tells whether the publisher of a service that is watched lives at this moment. */
  boolean isAlive(Service service) {
    long tag = firstTag + service.pid();
    return watched.contains(tag) && !watched.isDead(tag);
  }

  /** A process died; returns what is known of it, or {@code null} if it is not watched any more. */
  Process died(long tag) {
    int pid = (int) (tag - firstTag);
    return forget(pid);
  }

  private Process forget(int pid) {
    watched.remove(firstTag + pid);
    return processes.remove(pid);
  }

  @Override
  public void close() {
    watched.close();
  }
}
