package io.millrace.discovery.transfer;

import io.millrace.ClosedException;
import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.life.SpareThreads;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.model.TransferException;
import io.millrace.discovery.record.Identity;
import io.millrace.discovery.record.RecordFile;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import java.time.Duration;

/** Gets the descriptors of a service, in one way or the other. */
public final class Acquirer {
  /** In all, whatever a publisher sends, and however slowly. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Guests guests;
  private final Directory directory;
  private final Transfer forced;
  private final Duration patience;

  /**
   * Works in a directory.
   *
   * @param guests whose close ends it
   * @param forced the only way to try, {@code null} for both
   */
  public Acquirer(Guests guests, Directory directory, Transfer forced) {
    this(guests, directory, forced, PATIENCE);
  }

  /** With a patience of its own. */
  public Acquirer(Guests guests, Directory directory, Transfer forced, Duration patience) {
    this.patience = patience;
    this.guests = guests;
    this.directory = directory;
    this.forced = forced;
  }

  /**
   * Gets the descriptors of the service that has a name now. For one of the guests.
   *
   * @throws ClosedException if the registry is closed meanwhile
   * @throws NoSuchServiceException if there is none or its publisher died meanwhile
   * @throws TransferException if the descriptors cannot be obtained or are not what the record says
   */
  public Received acquire(String name) {
    try {
      return acquire(name, Deadline.after(patience));
    } catch (MillraceException failure) {
      guests.requireOpen(); // Otherwise that is why.
      throw failure;
    }
  }

  private Received acquire(String name, long deadline) {
    try (RecordFile file = open(name)) {
      int owner = file.owner();
      if (owner == Identity.self().uid()) {
        return acquire(file, owner, deadline);
      }
    }
    // What another user's process hands out may hold up a process that touches it, even to look at
    // it.
    Received received =
        SpareThreads.call(() -> guests.inside(() -> acquireFrom(name, deadline)), deadline, guests);
    if (received == null) {
      throw new TransferException(
          "service "
              + name
              + " is refused: its publisher, which is another user's, has kept this process waiting"
              + " for "
              + patience.toSeconds()
              + " s; it is stopped, broken or hostile");
    }
    return received;
  }

  private Received acquireFrom(String name, long deadline) {
    try (RecordFile file = open(name)) {
      return acquire(file, file.owner(), deadline);
    }
  }

  private RecordFile open(String name) {
    RecordFile file = RecordFile.open(directory, name, false);
    if (file == null) {
      throw new NoSuchServiceException(
          "no service " + name + " is published in " + directory.path());
    }
    return file;
  }

  private Received acquire(RecordFile file, int owner, long deadline) {
    Service service = file.read();
    if (forced == Transfer.SOCKET) {
      return overSocket(file, service, owner, null, deadline);
    }
    String obstacle = obstacleToPidfd(service);
    if (obstacle == null) {
      try {
        Descriptors copies = DescriptorBundle.copyFrom(service, deadline);
        return checked(file, service, Transfer.PIDFD, copies, deadline);
      } catch (DescriptorBundle.WrongBundleException wrong) {
        requireAlive(file, service);
        throw new TransferException(
            "service "
                + service.name()
                + " is refused: the descriptor that its record names in process "
                + service.pid()
                + " "
                + wrong.getMessage()
                + "; its publisher is broken or hostile",
            wrong);
      } catch (SystemCallException denial) {
        requireAlive(file, service);
        obstacle = explain(denial) + demand(service, denial);
      }
    }
    if (forced == Transfer.PIDFD) {
      throw new TransferException(failed(service) + obstacle);
    }
    return overSocket(file, service, owner, obstacle, deadline);
  }

  private Received overSocket(
      RecordFile file, Service service, int owner, String obstacle, long deadline) {
    String prefix = failed(service) + (obstacle == null ? "" : obstacle + "; and ");
    if (service.socket().isEmpty() && !service.descriptors().isEmpty()) {
      requireAlive(file, service);
      throw new TransferException(prefix + "its publisher offers no socket");
    }
    try {
      Descriptors received = SocketClient.receive(directory, service, owner, guests, deadline);
      return checked(file, service, Transfer.SOCKET, received, deadline);
    } catch (SystemCallException failure) {
      requireAlive(file, service);
      String late =
          failure.errno() == Errno.EAGAIN
              ? " in " + patience.toSeconds() + " s; if that process is stopped, resume or kill it"
              : "";
      throw new TransferException(
          prefix
              + "its publisher's socket gave none"
              + late
              + " ("
              + failure.getMessage()
              + ")"
              + demand(service, failure),
          failure);
    } catch (SocketClient.RefusedException refusal) {
      requireAlive(file, service);
      throw new TransferException(prefix + refusal.getMessage(), refusal);
    }
  }

  private static String obstacleToPidfd(Service service) {
    return service.pidNamespace() == Identity.self().pidNamespace()
        ? null
        : "its publisher is in another pid namespace";
  }

  /**
   * Trusts descriptors once they are what the record says and the publisher is found alive after
   * they were had: a pid whose process still holds the lock has been that process all the time, and
   * a publisher releases the lock before it closes the bundle.
   */
  private static Received checked(
      RecordFile file, Service service, Transfer way, Descriptors descriptors, long deadline) {
    try {
      requireAlive(file, service);
      descriptors.requireAsDescribed(service);
      return new Received(service, way, descriptors);
    } catch (RuntimeException | Error failure) {
      descriptors.refuse(deadline);
      throw failure;
    }
  }

  private static void requireAlive(RecordFile file, Service service) {
    if (!file.isPublisherAlive()) {
      throw new NoSuchServiceException(
          "the publisher of service "
              + service.name()
              + ", process "
              + service.pid()
              + ", has died or withdrawn it");
    }
  }

  private static String failed(Service service) {
    return "cannot get the descriptors of service "
        + service.name()
        + " from process "
        + service.pid()
        + ": ";
  }

  /** A process that has too few descriptors is told how many it takes, and of a ring why. */
  private static String demand(Service service, SystemCallException failure) {
    if (failure.errno() != Errno.EMFILE || service.descriptors().isEmpty()) {
      return "";
    }
    String demand = "; the service takes " + service.descriptors().size() + " of them";
    boolean ring = service.descriptors().get(0).kind() == DescriptorKind.RING;
    return ring ? demand + ", one and one for each of the ring's maxWaiters" : demand;
  }

  private static String explain(SystemCallException denial) {
    String reason =
        switch (denial.errno()) {
          case Errno.EPERM ->
              "not permitted, because of Yama (kernel.yama.ptrace_scope), a seccomp profile,"
                  + " another user, or a publisher that is not dumpable";
          case Errno.ENOSYS -> "the kernel is older than 5.6 or a seccomp profile hides the call";
          case Errno.ESRCH -> "no process of that number is visible here";
          case Errno.EBADF -> "the process has no such descriptor";
          case Errno.EMFILE -> "this process has no descriptor left, raise ulimit -n";
          default -> denial.getMessage();
        };
    return denial.call() + " failed with " + Errno.name(denial.errno()) + " (" + reason + ")";
  }
}
