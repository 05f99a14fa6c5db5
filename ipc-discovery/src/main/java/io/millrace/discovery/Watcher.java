package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.FileStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a picture of the directory and tells a listener whatever changes in it. Used by one thread.
 *
 * <p>Changes come from inotify and deaths from pidfds, both in one epoll set. Either only says
 * which name to look at; what is told is the difference between the picture and what is found
 * there. So nothing is told twice, and what is lost in an overflow is found by looking at
 * everything.
 */
final class Watcher implements AutoCloseable {
  private static final int PAUSE_MILLIS = 1000;
  private static final long WAKE_TAG = 0;
  private static final long EVENTS_TAG = 1;
  private static final long FIRST_PROCESS_TAG = 16;

  private final Directory directory;
  private final Cleaner cleaner;
  private final ServiceListener listener;
  private final DirectoryEvents events;
  private final Epoll epoll;
  private final Publishers publishers;
  private final Rechecks rechecks = new Rechecks();
  private final Map<String, Service> known = new HashMap<>();
  private final Burials burials;
  private final Set<String> vanished = new HashSet<>();
  private boolean unsure;
  private boolean isShort;

  Watcher(Directory directory, Cleaner cleaner, ServiceListener listener) {
    this.directory = directory;
    this.cleaner = cleaner;
    this.burials = new Burials(cleaner);
    this.listener = listener;
    this.events = new DirectoryEvents(directory);
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
    this.publishers = new Publishers(epoll, FIRST_PROCESS_TAG);
  }

  /** Lets an event descriptor end a wait. */
  void wakeBy(int descriptor) {
    epoll.add(descriptor, Epoll.IN, WAKE_TAG);
  }

  /** Tells of all services that are there. The watch is on already: nothing falls in between. */
  void start() {
    directory.names().stream().sorted().forEach(events::touch);
    lookAtTouched();
  }

  /** Lets the next wait end within a second, and look at everything. */
  void lookAtEverythingLater() {
    isShort = true;
  }

  private int millisToNext() {
    int millis = rechecks.millisToNext();
    return isShort && (millis == Epoll.FOREVER || millis > PAUSE_MILLIS) ? PAUSE_MILLIS : millis;
  }

  /** Waits for something to happen and tells of it. */
  void awaitAndTell() {
    List<Publishers.Process> dead = new ArrayList<>();
    int ready = epoll.await(millisToNext());
    if (isShort) {
      isShort = false;
      events.lookAtEverything();
    }
    for (int i = 0; i < ready; i++) {
      Publishers.Process process =
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
  }

  private void lookAtTouched() {
    do {
      if (events.takeIncomplete()) {
        unsure = true;
        directory.names().forEach(events::touch);
        known.keySet().forEach(events::touch);
      }
      for (String name = events.next(); name != null; name = events.next()) {
        if (HiddenNames.isService(name)) {
          lookAt(name);
        } else {
          cleaner.removeHiddenIfDead(name);
        }
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

  /** Tells, to a listener that is being called, whether it knows all that happened to a name. */
  boolean isCurrent(String name) {
    events.drain();
    return !events.isTouched(name);
  }

  void lookAgainLater(String name) {
    rechecks.later(name);
  }

  private void lookAt(String name) {
    try {
      if (!lookAtOnce(name)) {
        // Somebody replaced it meanwhile; that touched it again.
        events.touch(name);
      }
    } catch (RecordException flaw) {
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
    rechecks.forget(name);
    if (removals != null) {
      tellRemovals(name, removals);
    } else if (unsure) {
      vanished.add(name);
    }
    // Else the event of the removal is still under way, and will lead here again.
  }

  /** Tells of those that are gone although no event of it is there. */
  private void tellVanished() {
    // Waits for the removals that are under way; their events are in the queue after that.
    Set<String> there = new HashSet<>(directory.names());
    events.drain();
    for (String name : vanished) {
      if (!there.contains(name) && !events.isTouched(name)) {
        burials.forget(name);
        if (known.containsKey(name)) {
          tellDown(name, reasonByProcess(known.get(name)));
        }
      }
    }
    vanished.clear();
  }

  private void tellRemovals(String name, DirectoryEvents.Removals removals) {
    boolean wasTold = known.containsKey(name) || burials.contain(name);
    burials.forget(name);
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
      tellDown(name, Departure.DIED);
      burials.bury(service);
    } else if (before == null) {
      tellUp(file, service);
    } else {
      if (service.revision() > before.revision()) {
        known.put(name, service);
        listener.onChanged(before, service);
      }
      // Whoever dies closes its file a moment before its lock is free.
      if (events.takeClosed(name)) {
        rechecks.begin(name);
      } else {
        rechecks.again(name);
      }
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
    publishers.close();
    epoll.close();
    events.close();
  }
}
