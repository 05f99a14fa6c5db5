package io.millrace.discovery.watch;

import io.millrace.discovery.life.Rechecks;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.RecordFile;
import io.millrace.discovery.root.PlaceCheck;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.FileStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps a picture of the directory and tells a listener whatever changes in it. Used by one thread.
 *
 * <p>Changes come from inotify and deaths from pidfds, both in one epoll set. Either only says
 * which name to look at; what is told is the difference between the picture and what is found
 * there. So nothing is told twice, and what is lost in an overflow is found by looking at
 * everything.
 */
public final class Watcher implements AutoCloseable {
  private static final long WAKE_TAG = 0;
  private static final long EVENTS_TAG = 1;
  private static final long FIRST_PROCESS_TAG = 16;

  private final Directory directory;
  private final Cleaner cleaner;
  private final ServiceListener listener;
  private final DirectoryEvents events;
  private final Epoll epoll;
  private final PublisherWatch publishers;
  private final Rechecks rechecks = new Rechecks();
  private final PlaceCheck place;
  private final Map<String, Service> known = new HashMap<>();
  private final DeadRecords deadRecords;
  private final Set<String> vanished = new HashSet<>();

  /** Processes whose sockets are still to be removed. */
  private final List<PublisherWatch.Process> dead = new ArrayList<>();

  private boolean unsure;
  private boolean isShort;

  public Watcher(Directory directory, Cleaner cleaner, ServiceListener listener) {
    this(directory, cleaner, name -> true, listener);
  }

  /**
   * Watches some of the services only.
   *
   * @param names which; records with other names are not opened
   */
  public Watcher(
      Directory directory, Cleaner cleaner, Predicate<String> names, ServiceListener listener) {
    this.directory = directory;
    this.cleaner = cleaner;
    this.deadRecords = new DeadRecords(cleaner);
    this.listener = listener;
    this.place = new PlaceCheck(directory);
    this.events = new DirectoryEvents(directory, names);
    Epoll made = null;
    try {
      made = new Epoll();
      made.add(events.descriptor(), Epoll.IN, EVENTS_TAG);
    } catch (RuntimeException | Error failure) {
      if (made != null) {
        made.close();
      }
      events.close();
      throw failure;
    }
    this.epoll = made;
    this.publishers = new PublisherWatch(epoll, FIRST_PROCESS_TAG);
  }

  /** Lets an event descriptor end a wait. */
  public void wakeBy(int descriptor) {
    epoll.add(descriptor, Epoll.IN, WAKE_TAG);
  }

  /** Tells of all services that are there. The watch is on already: nothing falls in between. */
  public void start() {
    directory.names().stream().sorted().forEach(events::touch);
    lookAtTouched();
  }

  /** Lets the next wait end within a second, and look at everything. */
  public void lookAtEverythingLater() {
    isShort = true;
  }

  /** Readable when something has happened. */
  public int descriptor() {
    return epoll.descriptor().number();
  }

  /** When to look though nothing has happened, see {@link Deadline}. */
  public long next() {
    return Deadline.earlier(rechecks.next(), place.next());
  }

  /**
   * Waits for something to happen and tells of it.
   *
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public void awaitAndTell() {
    tell(epoll.await(Deadline.millisLeft(next())));
  }

  /**
   * Tells of what has happened by now, without waiting.
   *
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public void tellNow() {
    int ready = epoll.await(0);
    if (ready > 0 || isShort || Deadline.nanosLeft(next()) <= 0) {
      tell(ready); // Otherwise nothing to tell: frequent polls cost one system call each.
    }
  }

  private void tell(int ready) {
    place.lookIfDue();
    if (isShort) {
      isShort = false;
      events.lookAtEverything();
    }
    for (int i = 0; i < ready; i++) {
      PublisherWatch.Process process =
          epoll.tag(i) < FIRST_PROCESS_TAG ? null : publishers.died(epoll.tag(i));
      if (process != null) {
        process.services().forEach(events::touch);
        dead.add(process);
      }
    }
    rechecks.takeDue().forEach(events::touch);
    lookAtTouched();
    // The locks of a dying process are not released at once: its records may have been removed
    // before the lock of its socket was free.
    dead.forEach(process -> process.sockets().forEach(cleaner::removeHiddenIfDead));
    dead.clear();
  }

  private void lookAtTouched() {
    do {
      if (events.takeIncomplete()) {
        unsure = true;
        directory.names().forEach(events::touch);
        known.keySet().forEach(events::touch);
      }
      for (String name = events.next(); name != null; name = events.next()) {
        lookAtOrKeep(name);
      }
      if (vanished.isEmpty()) {
        events.drain();
      } else {
        tellVanished();
      }
      // What looking at names itself caused (a dead record removed) is looked at in the next round.
      if (!events.isAnyTouched()) {
        unsure = false;
        listener.onCaughtUp();
      }
    } while (events.isAnyTouched());
  }

  /** A name that cannot be looked at now has its turn again: it may be gone, and be in no list. */
  private void lookAtOrKeep(String name) {
    try {
      if (Service.isName(name)) {
        lookAt(name);
      } else {
        cleaner.removeHiddenIfDead(name);
      }
    } catch (RuntimeException | Error failure) {
      events.touch(name);
      throw failure;
    }
  }

  /** Tells, to a listener that is being called, whether it knows all that happened to a name. */
  public boolean isCurrent(String name) {
    events.drain();
    return !events.isTouched(name);
  }

  public void lookAgainLater(String name) {
    rechecks.later(name);
  }

  private void lookAt(String name) {
    try {
      if (!lookAtOnce(name)) {
        // Somebody replaced it meanwhile; that touched it again.
        events.touch(name);
      }
    } catch (RecordException flaw) {
      if (flaw.isForeign()) {
        events.ignoreWritesTo(name);
      }
      rechecks.forget(name);
      DirectoryEvents.Removals removals = events.takeRemovals(name);
      if (removals == null) {
        tellDown(name, Departure.DIED);
      } else {
        tellRemovals(name, removals);
      }
      listener.onRefused(new Refusal(name, flaw));
    }
  }

  /** Returns false if the name led elsewhere at the end than at the beginning. */
  private boolean lookAtOnce(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file == null) {
        events.drain();
        lookAtAbsent(name);
        return true;
      }
      Service service = file.read();
      boolean alive = file.isPublisherAlive();
      // Links and removals of one directory are serialized, and their events come in that order. So
      // if the name still leads to this file after the queue was read, every removal read so far is
      // older than this file, and every later one is not.
      events.drain();
      FileStatus current = directory.statusOf(name);
      if (current == null || !current.isSameFile(file.descriptor().status())) {
        return false;
      }
      lookAtPresent(file, service, alive, events.takeRemovals(name));
      return true;
    }
  }

  private void lookAtAbsent(String name) {
    DirectoryEvents.Removals removals = events.takeRemovals(name);
    events.takeClosed(name);
    events.takeCreated(name);
    rechecks.forget(name);
    if (removals != null) {
      tellRemovals(name, removals);
    } else if (unsure) {
      vanished.add(name);
    }
    // Otherwise the event of the removal is still under way, and will lead here again.
  }

  /** Tells of those that are gone although no event of it is there. */
  private void tellVanished() {
    // Waits for the removals that are under way; their events are in the queue after that.
    Set<String> there = new HashSet<>(directory.names());
    events.drain();
    for (String name : vanished) {
      if (!there.contains(name) && !events.isTouched(name)) {
        deadRecords.forget(name);
        if (known.containsKey(name)) {
          tellDown(name, reasonByProcess(known.get(name)));
        }
      }
    }
    vanished.clear();
  }

  private void tellRemovals(String name, DirectoryEvents.Removals removals) {
    boolean wasTold = known.containsKey(name) || deadRecords.contain(name);
    deadRecords.forget(name);
    tellDown(name, removals.first());
    // The first removal is that of the service that was known, or was told to have died before.
    if (removals.count() > (wasTold ? 1 : 0)) {
      listener.onMissed(name, removals.last());
    }
  }

  private void lookAtPresent(
      RecordFile file, Service service, boolean alive, DirectoryEvents.Removals removals) {
    String name = service.name();
    if (removals != null) {
      tellRemovals(name, removals);
    }
    Service before = known.get(name);
    if (before != null && before.instance() != service.instance()) {
      tellDown(name, reasonByProcess(before));
      before = null;
    }
    if (!alive) {
      rechecks.forget(name);
      tellDeath(service, before == null);
      deadRecords.bury(service);
    } else if (before == null) {
      tellUp(file, service);
    } else {
      if (service.revision() > before.revision()) {
        known.put(name, service);
        listener.onChanged(before, service);
      }
      // A process that dies closes its file a moment before its lock is free.
      if (events.takeClosed(name)) {
        rechecks.begin(name);
      } else {
        rechecks.again(name);
      }
    }
  }

  private void tellDeath(Service service, boolean isUnknown) {
    tellDown(service.name(), Departure.DIED);
    // Not what lay here dead before the watch was on, nor what was told of and cannot be removed.
    boolean isNew = events.takeCreated(service.name()) || unsure;
    if (isUnknown && isNew && !deadRecords.contain(service)) {
      listener.onMissed(service.name(), Departure.DIED);
    }
  }

  private void tellUp(RecordFile file, Service service) {
    publishers.add(service);
    // Looked at again, because the pid is that of the publisher only if it still lives now.
    if (!file.isPublisherAlive()) {
      publishers.lose(service);
      // Withdrawn or dead: the next look tells.
      events.touch(service.name());
      return;
    }
    events.takeCreated(service.name());
    known.put(service.name(), service);
    listener.onUp(service);
  }

  private void tellDown(String name, Departure reason) {
    Service before = known.remove(name);
    if (before != null) {
      if (reason == Departure.DIED) {
        publishers.lose(before);
      } else {
        publishers.remove(before);
      }
      rechecks.forget(name);
      listener.onDown(before, reason);
    }
  }

  /** The best that can be said when the event of the removal was lost. */
  private Departure reasonByProcess(Service service) {
    return publishers.isAlive(service) ? Departure.WITHDRAWN : Departure.DIED;
  }

  @Override
  public void close() {
    Closing.closeAll(publishers, epoll, events);
  }
}
