package io.millrace.discovery;

import io.millrace.os.Epoll;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Names whose file was just closed by somebody who could write it, but whose lock was still held
 * when it was looked at. A dying process closes its files before their locks are free, so they are
 * looked at again a few times, soon and then later. Used by one thread.
 */
final class Rechecks {
  private static final int ATTEMPTS = 10;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, Recheck> pending = new HashMap<>();

  private record Recheck(int attempt, long due) {}

  /** Begins to look again at a name. */
  void begin(String name) {
    pending.put(name, new Recheck(0, System.nanoTime() + FIRST_PAUSE_NANOS));
  }

  /** Looks again at a name once, after a second. */
  void later(String name) {
    pending.put(name, new Recheck(ATTEMPTS, System.nanoTime() + LAST_PAUSE_NANOS));
  }

  /** Goes on, if it has begun and was not told to look often enough. */
  void again(String name) {
    Recheck last = pending.remove(name);
    if (last != null && last.attempt < ATTEMPTS) {
      int attempt = last.attempt + 1;
      pending.put(name, new Recheck(attempt, System.nanoTime() + (FIRST_PAUSE_NANOS << attempt)));
    }
  }

  void forget(String name) {
    pending.remove(name);
  }

  int millisToNext() {
    if (pending.isEmpty()) {
      return Epoll.FOREVER;
    }
    long now = System.nanoTime();
    long next = pending.values().stream().mapToLong(one -> one.due - now).min().getAsLong();
    return (int) TimeUnit.NANOSECONDS.toMillis(Math.max(0, next)) + 1;
  }

  /** The names that are to be looked at now. */
  List<String> takeDue() {
    List<String> due = new ArrayList<>();
    long now = System.nanoTime();
    pending.forEach(
        (name, recheck) -> {
          if (recheck.due - now <= 0) {
            due.add(name);
          }
        });
    return due;
  }
}
