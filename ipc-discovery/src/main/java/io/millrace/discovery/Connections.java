package io.millrace.discovery;

import io.millrace.os.Epoll;
import io.millrace.os.UnixSocket;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The joiners that have connected and not asked yet, oldest first. Used by the server's thread
 * alone.
 */
final class Connections {
  private static final long FIRST_TAG = 16;

  private final Epoll epoll;
  private final int limit;
  private final long patienceNanos;
  private final Map<Long, Connection> open = new LinkedHashMap<>();
  private long nextTag = FIRST_TAG;

  private record Connection(UnixSocket socket, long deadline) {}

  Connections(Epoll epoll, int limit, long patienceNanos) {
    this.epoll = epoll;
    this.limit = limit;
    this.patienceNanos = patienceNanos;
  }

  /** Keeps a new one; the oldest goes if there are too many. */
  void add(UnixSocket socket) {
    if (open.size() >= limit) {
      closeOldest();
    }
    long tag = nextTag++;
    open.put(tag, new Connection(socket, System.nanoTime() + patienceNanos));
    epoll.add(socket.descriptor().number(), Epoll.IN, tag);
  }

  /** Takes one out, for the caller to close; {@code null} if it has been closed already. */
  UnixSocket remove(long tag) {
    Connection connection = open.remove(tag);
    if (connection == null) {
      return null;
    }
    epoll.remove(connection.socket.descriptor().number());
    return connection.socket;
  }

  int millisToNextDeadline() {
    if (open.isEmpty()) {
      return Epoll.FOREVER;
    }
    long nanos = open.values().iterator().next().deadline - System.nanoTime();
    return Math.max(0, (int) TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
  }

  void closeExpired() {
    long now = System.nanoTime();
    // All have the same patience, so the oldest expires first.
    while (!open.isEmpty() && open.values().iterator().next().deadline - now <= 0) {
      closeOldest();
    }
  }

  void closeOldest() {
    Iterator<Connection> oldest = open.values().iterator();
    if (oldest.hasNext()) {
      oldest.next().socket.close();
      oldest.remove();
    }
  }

  void closeAll() {
    open.values().forEach(connection -> connection.socket.close());
    open.clear();
  }
}
