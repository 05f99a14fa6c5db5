package io.millrace.discovery;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Leftovers;
import io.millrace.discovery.record.RecordFile;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.Root;
import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Inotify;
import io.millrace.os.Memfd;
import io.millrace.os.PidFd;
import io.millrace.os.Platform;
import io.millrace.os.UserNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines what this kernel, container and user can do for the library, and says what follows and
 * what helps. It changes nothing: what it makes to try something out has no name and is gone when
 * it returns. Any thread may call it.
 */
public final class Doctor {
  private static final int PAGE = 4096;
  private static final long USUAL_RING = 64L << 20;

  private final List<Finding> findings = new ArrayList<>();

  private Doctor() {}

  /**
   * Examines this machine and a registry.
   *
   * @param options the registry that is to be used
   * @return all findings, in an order that makes sense to read
   * @throws RootException if an environment variable that says where the registry is holds no path
   */
  public static List<Finding> examine(RegistryOptions options) {
    Platform.check();
    Doctor doctor = new Doctor();
    doctor.examineRoot(options);
    doctor.examineTransfer();
    doctor.examineUsers();
    doctor.examineMemory();
    doctor.examineWatching();
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
        examineEntries(directory);
        examineNamelessFiles(directory);
      }
    } catch (RootException refusal) {
      addUnusable(refusal);
    }
  }

  /** What others have put there costs nobody anything but its name, which is worth a word. */
  private void examineEntries(Directory directory) {
    List<String> foreign =
        directory.names().stream().sorted().filter(name -> isForeign(directory, name)).toList();
    if (!foreign.isEmpty()) {
      add(
          "registry entries",
          Finding.Severity.LIMITED,
          foreign.size() + " of them are no records: " + String.join(", ", foreign),
          "they are passed over and never removed; no service can be published under their names",
          "move them out of " + directory.path());
    }
  }

  private static boolean isForeign(Directory directory, String name) {
    if (!Service.isName(name)) {
      return HiddenNames.isDead(name) && !new Leftovers(directory).contain(name);
    }
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file != null) {
        file.read();
      }
      return false;
    } catch (RecordException flaw) {
      return flaw.isForeign();
    }
  }

  /** The root is not there and is not made here: looks whether a publisher could make it. */
  private void examinePlaceOf(Path root) {
    try (Directory parent = Directory.open(root.getParent())) {
      if (Files.isWritable(root.getParent())) {
        fine(
            "registry root",
            root + " does not exist yet; the first process that publishes makes it");
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
    String cure = "put the root on tmpfs, for example under /run or /dev/shm";
    try (Descriptor nameless = directory.createNamelessFile(0600)) {
      if (nameless != null) {
        fine("nameless files", "the root's file system has O_TMPFILE");
        return;
      }
      add(
          "nameless files",
          Finding.Severity.LIMITED,
          "the root's file system has no O_TMPFILE",
          "a publisher that is killed while it publishes leaves a hidden file, which the next"
              + " listing removes",
          cure);
    } catch (SystemCallException failure) {
      add(
          "nameless files",
          Finding.Severity.MISSING,
          failure.getMessage(),
          "nothing can be published there",
          cure);
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

  private void examineUsers() {
    if (UserNamespace.isComplete()) {
      fine("user namespace", "each user has a number of its own here");
      return;
    }
    add(
        "user namespace",
        Finding.Severity.LIMITED,
        "this process is in one that does not know all users (uid_map " + UserNamespace.map() + ")",
        "processes outside and this one join each other over the socket, and only if the user of"
            + " each has a number in the namespace of the other",
        "map the users of all who take part, for example with --userns=keep-id in Podman, or run"
            + " them in one user namespace");
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
    examineRoom();
    fine("huge pages", "none need be reserved: shared memory is made of pages of the normal size");
  }

  private void examineRoom() {
    try {
      Memfd.requireRoom(USUAL_RING);
      fine("memory left", "enough for a ring of " + (USUAL_RING >> 20) + " MiB");
    } catch (SystemCallException failure) {
      add(
          "memory left",
          Finding.Severity.LIMITED,
          failure.getMessage(),
          "only rings and snapshots that are smaller than what is left can be made",
          "end what takes the memory, or raise the limit that is named");
    }
  }

  /** Tries it, since the kernel tells the limits of a user and not what is left of them. */
  private void examineWatching() {
    try (Directory any = Directory.open(Path.of("/"))) {
      new Inotify(any, Inotify.CREATE).close();
      fine("inotify", "directories can be watched");
    } catch (SystemCallException failure) {
      add(
          "inotify",
          Finding.Severity.MISSING,
          failure.getMessage(),
          "nobody can wait for a service, watch the registry or wait for a snapshot of others",
          "raise the limit that is named, or end programs of this user that watch many files");
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
        "inotify watches",
        ProcFiles.number("/proc/sys/fs/inotify/max_user_watches", 0),
        8192,
        "each watch and each waiting takes one of those that this user has, and so does each file"
            + " that an editor or a file manager of this user watches",
        "sysctl fs.inotify.max_user_watches=524288");
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
