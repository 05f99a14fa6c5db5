package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.SystemCallException;

/** Gets the descriptors of a service, in one way or the other. */
final class Acquirer {
  private final Directory directory;
  private final Transfer forced;

  /**
   * Works in a directory.
   *
   * @param forced the only way to try, {@code null} for both
   */
  Acquirer(Directory directory, Transfer forced) {
    this.directory = directory;
    this.forced = forced;
  }

  /**
   * Gets the descriptors of the service that has a name now.
   *
   * @throws NoSuchServiceException if there is none or its publisher died meanwhile
   * @throws TransferException if the descriptors cannot be had or are not what the record says
   */
  Acquisition acquire(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null) {
        throw new NoSuchServiceException(
            "no service " + name + " is published in " + directory.path());
      }
      return acquire(file, file.read());
    }
  }

  private Acquisition acquire(RecordFile file, Service service) {
    if (forced == Transfer.SOCKET) {
      return overSocket(file, service, null);
    }
    String obstacle = obstacleToPidfd(service);
    if (obstacle == null) {
      try {
        return checked(file, service, Transfer.PIDFD, Parcel.copyFrom(service));
      } catch (Parcel.WrongParcelException wrong) {
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
        obstacle = explain(denial);
      }
    }
    if (forced == Transfer.PIDFD) {
      throw new TransferException(failed(service) + obstacle);
    }
    return overSocket(file, service, obstacle);
  }

  private Acquisition overSocket(RecordFile file, Service service, String obstacle) {
    String prefix = failed(service) + (obstacle == null ? "" : obstacle + "; and ");
    if (service.socket().isEmpty() && !service.descriptors().isEmpty()) {
      requireAlive(file, service);
      throw new TransferException(prefix + "its publisher offers no socket");
    }
    try {
      Descriptors received = SocketClient.receive(directory, service);
      return checked(file, service, Transfer.SOCKET, received);
    } catch (SystemCallException failure) {
      requireAlive(file, service);
      throw new TransferException(
          prefix + "its publisher's socket gave none (" + failure.getMessage() + ")", failure);
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
   * a publisher releases the lock before it closes the parcel.
   */
  private static Acquisition checked(
      RecordFile file, Service service, Transfer way, Descriptors descriptors) {
    try {
      requireAlive(file, service);
      descriptors.requireAsDescribed(service);
      return new Acquisition(service, way, descriptors);
    } catch (RuntimeException | Error failure) {
      descriptors.close();
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
