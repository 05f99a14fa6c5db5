package io.millrace.discovery;

import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.Memfd;
import io.millrace.os.PidFd;
import io.millrace.os.Platform;
import io.millrace.os.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines what this kernel, container and user can do for the library, and says what follows and
 * what helps. It changes nothing: what it makes to try something out has no name and is gone when
 * it returns.
 */
public final class Doctor {
  private static final int PAGE = 4096;

  private final List<Finding> findings = new ArrayList<>();

  private Doctor() {}

  /**
   * Examines this machine and a registry.
   *
   * @param options the registry that is to be used
   * @return all findings, in an order that makes sense to read
   */
  public static List<Finding> examine(RegistryOptions options) {
    Platform.check();
    Doctor doctor = new Doctor();
    doctor.examineRoot(options);
    doctor.examineTransfer();
    doctor.examineMemory();
    doctor.examineLimits();
    return List.copyOf(doctor.findings);
  }

  private void examineRoot(RegistryOptions options) {
    Path root = options.root();
    try (Directory directory = Root.find(root)) {
      if (directory == null) {
        examinePlaceOf(root);
      } else {
        fine("registry root", root + " can be used");
        examineNamelessFiles(directory);
      }
    } catch (RootException refusal) {
      addUnusable(refusal);
    }
  }

  /** The root is not there and is not made here: looks whether a publisher could make it. */
  private void examinePlaceOf(Path root) {
    try (Directory parent = Directory.open(root.getParent())) {
      if (Files.isWritable(root.getParent())) {
        fine("registry root", root + " does not exist yet; whoever publishes first makes it");
        examineNamelessFiles(parent);
      } else {
        addUnusable(
            new RootException(
                "registry root "
                    + root
                    + " does not exist and uid "
                    + Credentials.uid()
                    + " cannot make it: give another path, for example in MILLRACE_DIR"));
      }
    } catch (SystemCallException failure) {
      addUnusable(Root.refusal(root, failure));
    }
  }

  private void addUnusable(DiscoveryException refusal) {
    add(
        "registry root",
        Finding.Severity.MISSING,
        refusal.getMessage(),
        "nothing can be published or found",
        "give another path, for example in MILLRACE_DIR");
  }

  private void examineNamelessFiles(Directory directory) {
    try {
      directory.createNamelessFile(0600).close();
      fine("nameless files", "the root's file system has O_TMPFILE");
    } catch (SystemCallException failure) {
      boolean unknown = failure.errno() == Errno.EOPNOTSUPP || failure.errno() == Errno.EISDIR;
      add(
          "nameless files",
          unknown ? Finding.Severity.LIMITED : Finding.Severity.MISSING,
          failure.getMessage(),
          unknown
              ? "a publisher that is killed while it publishes leaves a hidden file, which the"
                  + " next listing removes"
              : "nothing can be published there",
          "put the root on tmpfs, for example under /run or /dev/shm");
    }
  }

  private void examineTransfer() {
    try (Descriptor self = PidFd.open(Credentials.pid())) {
      fine("pidfd_open", "deaths are told by the kernel");
      examineCopying(self);
    } catch (SystemCallException failure) {
      add(
          "pidfd_open",
          Finding.Severity.LIMITED,
          failure.getMessage(),
          "deaths are noticed when the file of the dead is closed, and descriptors come over the"
              + " socket",
          "use Linux 5.4 or newer, or a seccomp profile that allows pidfd_open");
    }
    long scope = ProcFiles.number("/proc/sys/kernel/yama/ptrace_scope", 0);
    if (scope > 0) {
      add(
          "Yama",
          Finding.Severity.LIMITED,
          "kernel.yama.ptrace_scope is " + scope,
          "processes that are not parent and child hand descriptors over by the socket, which costs"
              + " a thread in each publisher",
          "nothing needs to be done; sysctl kernel.yama.ptrace_scope=0 allows the direct way");
    } else {
      fine("Yama", "does not restrict the copying of descriptors");
    }
  }

  private void examineCopying(Descriptor self) {
    try {
      PidFd.copyDescriptor(self, self.number(), "probe").close();
      fine("pidfd_getfd", "descriptors can be copied from processes that may be traced");
    } catch (SystemCallException failure) {
      add(
          "pidfd_getfd",
          Finding.Severity.LIMITED,
          failure.getMessage(),
          "descriptors come over the publisher's socket",
          "nothing needs to be done; Linux 5.6 and a seccomp profile that allows pidfd_getfd (or"
              + " CAP_SYS_PTRACE in Docker) allow the direct way");
    }
    String mode = ProcFiles.field("/proc/self/status", "Seccomp:");
    if (!mode.isEmpty() && !mode.equals("0")) {
      add(
          "seccomp",
          Finding.Severity.LIMITED,
          "a seccomp filter is on (mode " + mode + ")",
          "system calls that it hides fail with EPERM or ENOSYS",
          "see the other findings; they were made under this filter");
    } else {
      fine("seccomp", "no filter is on");
    }
  }

  private void examineMemory() {
    try {
      Memfd.create("doctor", PAGE).close();
      fine("shared memory", "memfds can be made and sealed");
    } catch (SystemCallException failure) {
      add(
          "shared memory",
          Finding.Severity.MISSING,
          failure.getMessage(),
          "no ring can be made",
          "raise the memory limit of this container or use a kernel with memfd_create");
    }
    long huge = ProcFiles.firstNumber(ProcFiles.field("/proc/meminfo", "HugePages_Free:"), 0);
    if (huge == 0) {
      add(
          "huge pages",
          Finding.Severity.LIMITED,
          "none are free",
          "memory uses pages of the normal size",
          "nothing needs to be done; sysctl vm.nr_hugepages reserves some");
    } else {
      fine("huge pages", huge + " are free");
    }
  }

  private void examineLimits() {
    limit(
        "inotify instances",
        ProcFiles.number("/proc/sys/fs/inotify/max_user_instances", 0),
        64,
        "each watch and each waiting for a service needs one of those that this user has",
        "sysctl fs.inotify.max_user_instances=1024");
    limit(
        "inotify queue",
        ProcFiles.number("/proc/sys/fs/inotify/max_queued_events", 0),
        4096,
        "a watch that falls behind has to look at the whole directory more often",
        "sysctl fs.inotify.max_queued_events=16384");
    limit(
        "open files",
        ProcFiles.softLimit("Max open files"),
        1024,
        "each joined ring takes about ten descriptors",
        "ulimit -n 65536");
    limit(
        "locked memory",
        ProcFiles.softLimit("Max locked memory"),
        64L << 20,
        "large rings cannot be locked into memory",
        "ulimit -l unlimited, needed only where locking is asked for");
  }

  private void limit(String subject, long value, long enough, String consequence, String cure) {
    if (value >= enough) {
      fine(subject, "the limit is " + (value == Long.MAX_VALUE ? "off" : value));
    } else {
      add(subject, Finding.Severity.LIMITED, "the limit is " + value, consequence, cure);
    }
  }

  private void fine(String subject, String detail) {
    add(subject, Finding.Severity.FINE, detail, "", "");
  }

  private void add(
      String subject, Finding.Severity severity, String detail, String consequence, String cure) {
    findings.add(new Finding(subject, severity, detail, consequence, cure));
  }
}
