package io.millrace.discovery.transfer;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import io.millrace.os.UnixSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The joiners that have connected and not asked yet, oldest first. Used by the server's thread
 * alone.
 */
final class Connections {
  private static final long FIRST_TAG = 16;

  private final Epoll epoll;
  private final int limit;
  private final Duration patience;
  private final Map<Long, Connection> open = new LinkedHashMap<>();
  private final Consumer<UnixSocket> closer;
  private long nextTag = FIRST_TAG;

  private record Connection(UnixSocket socket, long deadline) {}

  /** Keeps so many at most, so long at most, and has them closed as is said. */
  Connections(Epoll epoll, int limit, Duration patience, Consumer<UnixSocket> closer) {
    this.closer = closer;
    this.epoll = epoll;
    this.limit = limit;
    this.patience = patience;
  }

  /** Keeps a new one; the oldest goes if there are too many. */
  void add(UnixSocket socket) {
    if (open.size() >= limit) {
      closeOldest();
    }
    long tag = nextTag++;
    boolean added = false;
    try {
      epoll.add(socket.descriptor().number(), Epoll.IN, tag);
      open.put(tag, new Connection(socket, Deadline.after(patience)));
      added = true;
    } finally {
      if (!added) {
        socket.close();
      }
    }
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

  /** When the one that has been silent for longest has to go. */
  long nextDeadline() {
    return open.isEmpty() ? Deadline.NEVER : open.values().iterator().next().deadline;
  }

  void closeExpired() {
    // All have the same patience, so the oldest expires first.
    while (Deadline.hasPassed(nextDeadline())) {
      closeOldest();
    }
  }

  void closeOldest() {
    Iterator<Connection> oldest = open.values().iterator();
    if (oldest.hasNext()) {
      Connection connection = oldest.next();
      oldest.remove(); // First: what cannot be closed must not be tried again and again.
      close(connection);
    }
  }

  void closeAll() {
    List<AutoCloseable> all = new ArrayList<>();
    open.values().forEach(one -> all.add(() -> close(one)));
    open.clear();
    Closing.closeAll(all);
  }

  /** Out of the set first: it may stay open for a while. */
  private void close(Connection connection) {
    epoll.remove(connection.socket.descriptor().number());
    closer.accept(connection.socket);
  }
}
