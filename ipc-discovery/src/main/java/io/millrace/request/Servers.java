package io.millrace.request;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.peer.Roster;
import io.millrace.ring.Consumer;
import io.millrace.ring.RingCounters;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.LongHashSet;

/**
 * The servers of a service, as a client sees them: which are there, and which are gone although
 * they had taken calls. Used by the client's thread.
 */
final class Servers implements AutoCloseable {
  private static final long FIND_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Nobody's number. */
  static final long NONE = 0;

  private final Registry registry;
  private final String service;
  private final RingCounters replies;
  private final Roster roster;
  private final LongHashSet there = new LongHashSet();

  /** A call was taken by one that is not known. */
  private boolean isAnyUnknown;

  private long nextFind = System.nanoTime();
  private final Queue<Gone> gone = new ArrayDeque<>();

  /**
   * A server that is gone.
   *
   * @param server its number
   * @param position where all ends that it can have written
   */
  record Gone(long server, long position) {}

  Servers(Registry registry, String service, RingCounters replies) {
    this.registry = registry;
    this.service = service;
    this.replies = replies;
    roster =
        new Roster(
            registry,
            RequestRecord.SERVERS.all(service),
            name -> false,
            member -> RequestRecord.isOf(member, service));
    takeChanges();
  }

  int descriptor() {
    return roster.descriptor();
  }

  long longestWaitNanos() {
    return roster.longestWaitNanos();
  }

  void look() {
    roster.look();
    takeChanges();
  }

  private void takeChanges() {
    for (Roster.Change change = roster.next(); change != null; change = roster.next()) {
      if (change.service() == null) {
        continue; // What cannot be read is no server of ours.
      }
      long server = RequestRecord.SERVERS.id(service, change.service().name());
      if (server == NONE) {
        continue; // No server has such a name.
      }
      if (change.departure() == null) {
        there.add(server);
      } else if (there.remove(server)) {
        leave(server);
      }
    }
  }

  /** It is dead or has left: what it wrote is in the ring by now. */
  private void leave(long server) {
    gone.add(new Gone(server, replies.position()));
  }

  /** Tells whether there is any; looks if none is known. */
  boolean areAny() {
    if (there.isEmpty()) {
      look();
    }
    return !there.isEmpty();
  }

  /** A server has taken a call: if it is not known it came, and perhaps went, a moment ago. */
  void expect(long server) {
    isAnyUnknown |= !there.contains(server);
  }

  /** How long it is until somebody is to be looked for. */
  long nanosToNextFind() {
    return isAnyUnknown ? Math.max(0, nextFind - System.nanoTime()) : Long.MAX_VALUE;
  }

  /** Looks for those, even where the watch has no descriptors left to tell of them. */
  void findExpected(OpenCalls calls) {
    if (nanosToNextFind() > 0) {
      return;
    }
    nextFind = System.nanoTime() + FIND_PAUSE_NANOS;
    look();
    isAnyUnknown = false;
    for (OpenCall call : calls.all()) {
      if (call.isKnown() && call.taker != NONE && !there.contains(call.taker)) {
        if (isAbsent(call.taker)) {
          leave(call.taker);
        } else {
          isAnyUnknown = true;
        }
      }
    }
  }

  /** Tells whether it is certain that nobody has this number any more. */
  private boolean isAbsent(long server) {
    try {
      return registry.find(RequestRecord.SERVERS.of(service, server)).isEmpty();
    } catch (MillraceException unknown) {
      return false; // It is looked for again.
    }
  }

  boolean areAnyGone() {
    return !gone.isEmpty();
  }

  /**
   * One that is gone and all of whose replies were read; null if there is none. It is told again
   * until it is forgotten: a handler that is told of lost calls may throw.
   */
  Gone gone(Consumer reader) {
    Gone first = gone.peek();
    return first != null && reader.position() >= first.position ? first : null;
  }

  void forget(Gone server) {
    gone.remove(server);
  }

  @Override
  public void close() {
    roster.close();
  }
}
