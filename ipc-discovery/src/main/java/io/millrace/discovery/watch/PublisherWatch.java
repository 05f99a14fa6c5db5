package io.millrace.discovery.watch;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Identity;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Epoll;
import io.millrace.os.Errno;
import io.millrace.os.PidFd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The processes whose services are watched; the kernel tells when one dies. One descriptor a
 * process, however many services it has. Used by one thread.
 */
final class PublisherWatch implements AutoCloseable {
  private final Epoll epoll;
  private final long firstTag;
  private final Map<Integer, Process> processes = new HashMap<>();

  /**
   * A process.
   *
   * @param services the names of its services
   * @param sockets the names of the sockets that their records told
   */
  record Process(Descriptor descriptor, Set<String> services, Set<String> sockets) {}

  /**
   * Starts without any.
   *
   * @param firstTag the tag of process 0 in the set; that of process N is N more
   */
  PublisherWatch(Epoll epoll, long firstTag) {
    this.epoll = epoll;
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
      process = open(service.pid());
      if (process == null) {
        return false;
      }
      processes.put(service.pid(), process);
    }
    process.services.add(service.name());
    if (!service.socket().isEmpty()) {
      process.sockets.add(service.socket());
    }
    return true;
  }

  private Process open(int pid) {
    Descriptor descriptor;
    try {
      descriptor = PidFd.open(pid);
    } catch (SystemCallException failure) {
      if (isFinal(failure.errno())) {
        return null;
      }
      throw failure;
    }
    try {
      epoll.add(descriptor.number(), Epoll.IN, firstTag + pid);
      return new Process(descriptor, new HashSet<>(), new HashSet<>());
    } catch (RuntimeException | Error failure) {
      descriptor.close();
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
    Process process = processes.get(service.pid());
    if (process == null) {
      return false;
    }
    try (Epoll probe = new Epoll()) {
      probe.add(process.descriptor.number(), Epoll.IN, 0);
      return probe.await(0) == 0;
    }
  }

  /** A process died; returns what is known of it, or {@code null} if it is not watched any more. */
  Process died(long tag) {
    int pid = (int) (tag - firstTag);
    Process process = processes.get(pid);
    if (process != null) {
      forget(pid);
    }
    return process;
  }

  private void forget(int pid) {
    Process process = processes.remove(pid);
    epoll.remove(process.descriptor.number());
    process.descriptor.close();
  }

  @Override
  public void close() {
    List<Descriptor> all = new ArrayList<>();
    processes.values().forEach(process -> all.add(process.descriptor));
    processes.clear();
    Closing.closeAll(all);
  }
}
