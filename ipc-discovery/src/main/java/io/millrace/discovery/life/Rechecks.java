package io.millrace.discovery.life;

import io.millrace.os.Deadline;
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
public final class Rechecks {
  private static final int ATTEMPTS = 10;
  private static final long LAST_PAUSE_MILLIS = 1000;

  private final Map<String, Recheck> pending = new HashMap<>();

  private record Recheck(int attempt, long due) {}

  /** Begins to look again at a name. */
  public void begin(String name) {
    pending.put(name, recheck(0));
  }

  /** Looks again at a name once, after a second. */
  public void later(String name) {
    pending.put(name, new Recheck(ATTEMPTS, after(LAST_PAUSE_MILLIS)));
  }

  /** Goes on, if it has begun and was not told to look often enough. */
  public void again(String name) {
    Recheck last = pending.remove(name);
    if (last != null && last.attempt < ATTEMPTS) {
      pending.put(name, recheck(last.attempt + 1));
    }
  }

  /** After a millisecond at first, and after twice as long each time. */
  private static Recheck recheck(int attempt) {
    return new Recheck(attempt, after(1L << attempt));
  }

  private static long after(long millis) {
    return Deadline.after(millis, TimeUnit.MILLISECONDS);
  }

  public void forget(String name) {
    pending.remove(name);
  }

  /** When the next name is due. */
  public long next() {
    long next = Deadline.NEVER;
    if (!pending.isEmpty()) { // Asked all the time, and hardly ever is there one.
      for (Recheck recheck : pending.values()) {
        next = Deadline.earlier(next, recheck.due);
      }
    }
    return next;
  }

  /** The names that are to be looked at now. */
  public List<String> takeDue() {
    List<String> due = new ArrayList<>();
    pending.forEach(
        (name, recheck) -> {
          if (Deadline.hasPassed(recheck.due)) {
            due.add(name);
          }
        });
    return due;
  }
}
