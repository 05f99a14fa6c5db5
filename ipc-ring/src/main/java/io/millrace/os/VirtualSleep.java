package io.millrace.os;

import io.millrace.SystemCallException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How a virtual thread sleeps on an epoll set without keeping its carrier from others: it parks,
 * and one platform thread of the process, a daemon that is made with the first such sleep, sleeps
 * for all of them on a set of their sets. Linux allows five sets within each other.
 *
 * <p>Used by the thread that waits on the set.
 */
final class VirtualSleep {
  /** How long to park where the set cannot be watched: no descriptor or memory left. */
  private static final long UNWATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final ConcurrentHashMap<Long, VirtualSleep> SLEEPERS = new ConcurrentHashMap<>();

  /** The set of sets; null before the first sleep. */
  private static Epoll sets;

  /** A descriptor's number may be used again while an event of the old one is under way. */
  private final long number = NUMBERS.getAndIncrement();

  private final int descriptor;
  private boolean watched;
  private volatile boolean over;
  private volatile Thread sleeper;

  VirtualSleep(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Returns when the set is ready, the thread interrupted, or the time over; or for no reason. */
  void await(int timeoutMillis) {
    over = false;
    sleeper = Thread.currentThread();
    try {
      if (!watch()) {
        LockSupport.parkNanos(this, UNWATCHED_NANOS);
      } else if (timeoutMillis == Epoll.FOREVER) {
        while (!over && !Thread.currentThread().isInterrupted()) {
          LockSupport.park(this);
        }
      } else {
        parkUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
      }
    } finally {
      sleeper = null;
    }
  }

  private void parkUntil(long deadline) {
    long left = deadline - System.nanoTime();
    while (!over && left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, left);
      left = deadline - System.nanoTime();
    }
  }

  /** Asks for one event; one that is there already counts. */
  private boolean watch() {
    try {
      Epoll all = sets();
      if (watched) {
        all.change(descriptor, Epoll.IN | Epoll.ONCE, number);
      } else {
        SLEEPERS.put(number, this);
        all.add(descriptor, Epoll.IN | Epoll.ONCE, number);
        watched = true;
      }
      return true;
    } catch (SystemCallException shortage) {
      return false; // It looks by itself then.
    }
  }

  private void wake() {
    over = true;
    Thread waiting = sleeper;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /** Call before the set's descriptor is closed. */
  void close() {
    if (watched) {
      sets().remove(descriptor);
    }
    SLEEPERS.remove(number);
  }

  private static synchronized Epoll sets() {
    if (sets == null) {
      Epoll made = new Epoll();
      Thread.ofPlatform().name("millrace-virtual-sleepers").daemon().start(() -> sleepForAll(made));
      sets = made;
    }
    return sets;
  }

  private static void sleepForAll(Epoll all) {
    while (true) {
      int ready = all.await(Epoll.FOREVER);
      for (int i = 0; i < ready; i++) {
        VirtualSleep one = SLEEPERS.get(all.tag(i));
        if (one != null) {
          one.wake();
        }
      }
    }
  }
}
