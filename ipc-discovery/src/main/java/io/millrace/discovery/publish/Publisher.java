package io.millrace.discovery.publish;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.Identity;
import io.millrace.discovery.record.NewFiles;
import io.millrace.discovery.record.RecordFile;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.record.ServiceEncoder;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.Root;
import io.millrace.discovery.transfer.DescriptorBundle;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.LockHolders;
import io.millrace.os.NewFile;
import io.millrace.os.Patience;
import java.util.List;

/** Gives a record its name, and takes the name over from a publisher that is dead. */
public final class Publisher {
  private final Directory directory;
  private final Cleaner cleaner;
  private final PublishTickets turns;
  private final int permissions;
  private final Runnable requireOpen;

  /**
   * Begins.
   *
   * @param permissions of the files of records
   * @param requireOpen asked while waiting; what it throws ends the wait
   */
  public Publisher(
      Directory directory, PublishTickets turns, int permissions, Runnable requireOpen) {
    this.directory = directory;
    this.cleaner = new Cleaner(directory);
    this.turns = turns;
    this.permissions = permissions;
    this.requireOpen = requireOpen;
  }

  /** A record that stands in the directory, and the locked descriptor of its file. */
  public record Published(Service service, Descriptor locked) {}

  /** The record that a service of this process gets. */
  public static Service describe(
      ServiceSpec spec,
      long instance,
      List<ServiceDescriptor> descriptors,
      DescriptorBundle bundle,
      String socket) {
    Identity self = Identity.self();
    return new Service(
        spec.name(),
        spec.kind(),
        instance,
        0,
        spec.generation(),
        self.pid(),
        self.startTime(),
        self.pidNamespace(),
        self.uid(),
        bundle == null ? -1 : bundle.number(),
        spec.capabilities(),
        descriptors,
        socket);
  }

  private static Service withGeneration(Service service, long generation) {
    return new Service(
        service.name(),
        service.kind(),
        service.instance(),
        service.revision(),
        generation,
        service.pid(),
        service.startTime(),
        service.pidNamespace(),
        service.uid(),
        service.bundle(),
        service.capabilities(),
        service.descriptors(),
        service.socket());
  }

  /**
   * Publishes.
   *
   * @param service what, with the lowest generation it may have
   * @param conditions what must hold besides
   * @return the record, or {@code null} if the conditions do not hold at the moment
   * @throws NameInUseException if a live process has the name
   */
  public Published publish(Service service, PublishingConditions conditions) {
    Service wanted = service;
    Patience patience = Patience.usual();
    try {
      while (true) {
        Published published = null;
        try (NewFile file = NewFiles.in(directory, permissions);
            PublishTickets.Turn turn = turns.take(service.name())) {
          if (!conditions.isViewCurrent()) {
            return null;
          }
          Service numbered = withGeneration(wanted, turn.next(wanted.generation()));
          byte[] record = ServiceEncoder.encode(numbered);
          file.write(made -> FileContent.write(made, record));
          if (file.link(numbered.name())) {
            published = new Published(numbered, file.take());
            removeGraveOf(numbered.name());
          } else {
            turn.giveBack();
          }
        } catch (RuntimeException | Error failure) {
          // Also where the turn cannot be given back: nobody would close what was published.
          if (published != null) {
            takeBack(published, conditions, failure);
          }
          throw failure;
        }
        if (published != null) {
          return published;
        }
        wanted = makeRoom(wanted, conditions, patience);
      }
    } catch (SystemCallException failure) {
      throw Root.unwritable(directory, failure);
    }
  }

  /**
   * Removes what was published and goes to nobody because of a failure. Needs no descriptor. Nobody
   * else touches the name, because its record is locked still.
   */
  public void takeBack(Published published, PublishingConditions conditions, Throwable failure) {
    String name = published.service().name();
    try {
      Closing.closeAll(
          () -> {
            if (conditions.isToBeContinued()) {
              cleaner.moveAndRemove(name);
            } else {
              withdraw(directory, name, published.locked().status());
            }
          },
          published.locked());
    } catch (RuntimeException | Error also) {
      failure.addSuppressed(also);
    }
  }

  /**
   * Removes the name of a record. If somebody removed it before, the name may be that of another
   * record by now; while it leads to this one nobody else touches it, because it is locked.
   */
  public static void withdraw(Directory directory, String name, FileStatus record) {
    FileStatus current = directory.statusOf(name);
    if (current != null && current.isSameFile(record)) {
      try {
        // Changes nothing but tells those who watch that the removal is its publisher's.
        directory.setPermissions(name, current.permissions());
      } finally {
        directory.unlink(name);
      }
    }
  }

  /** Removes what a cleaner left that was killed between its two steps. */
  private void removeGraveOf(String name) {
    try {
      cleaner.removeHiddenIfDead(HiddenNames.dead(name));
    } catch (SystemCallException shortage) {
      // The service is published by now and must stay so. A listing finds what is left.
      return;
    }
  }

  /** Removes the record that has the name if its publisher is dead; tells what to try next. */
  private Service makeRoom(Service wanted, PublishingConditions conditions, Patience patience) {
    try (RecordFile occupant = RecordFile.open(directory, wanted.name(), true)) {
      if (occupant == null) {
        return wanted;
      }
      Service old = readOrNull(occupant);
      if (old == null && !occupant.isRecord()) {
        throw new RecordException(
            wanted.name(),
            RecordException.Flaw.NOT_A_RECORD,
            " but somebody's file, which is left alone: move it away or take another name");
      }
      // Asked after reading, so that the pid told is that of the one who lives.
      if (occupant.isPublisherAlive()) {
        throw new NameInUseException(wanted.name(), old == null ? 0 : old.pid());
      }
      if (old != null && !conditions.mayReplace(old)) {
        throw new SupersededException(old);
      }
      if (remove(occupant) == Cleaner.Outcome.BUSY) {
        requireOpen.run();
        if (!patience.pause()) {
          throw stopped(occupant);
        }
      }
      return old == null || old.generation() < wanted.generation()
          ? wanted
          : withGeneration(wanted, old.generation() + 1);
    }
  }

  private Cleaner.Outcome remove(RecordFile occupant) {
    try {
      return cleaner.removeIfDead(occupant);
    } catch (SystemCallException failure) {
      if (!Root.isSticky(directory.descriptor().status()) || failure.errno() != Errno.EPERM) {
        throw failure;
      }
      throw new RootException(
          "the record of a dead publisher of "
              + occupant.name()
              + " belongs to uid "
              + occupant.owner()
              + ", and in "
              + directory.path()
              + ", which is sticky, nobody else may remove it: let that user publish or list"
              + " there, or run chmod -t on the directory",
          failure);
    }
  }

  private static Service readOrNull(RecordFile file) {
    try {
      return file.read();
    } catch (RecordException flaw) {
      return null;
    }
  }

  private static DiscoveryException stopped(RecordFile occupant) {
    return new DiscoveryException(
        "the record of a dead publisher of "
            + occupant.name()
            + " has been held for "
            + Patience.USUAL.toSeconds()
            + " s by a process that removes it: "
            + LockHolders.describe(occupant.descriptor(), RecordLayout.CLEANER_LOCK)
            + "; it is probably stopped: resume or kill it");
  }
}
