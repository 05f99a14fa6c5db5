package io.millrace.ring;

import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.OfdLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Who lives. Owning a slot is holding an open-file-description lock on its byte, through a
 * description that no other process has: the kernel releases it when the process dies.
 *
 * <p>Safe for all threads of the process.
 */
final class Membership {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  final int pid = Credentials.pid();
  final long pidNamespace = Credentials.pidNamespace();

  private final Descriptor lockFile;

  /** A lock that the own description holds is invisible to probes through it. */
  private final LongHashSet own = new LongHashSet();

  private final ReentrantLock changing = new ReentrantLock();

  Membership(Descriptor memfd) {
    lockFile = memfd.reopen();
  }

  /** Takes a lock that is free, also in this process. */
  boolean tryOwn(long lock) {
    synchronized (own) {
      if (own.contains(lock) || !OfdLock.tryLock(lockFile, lock)) {
        return false;
      }
      own.add(lock);
      return true;
    }
  }

  void disown(long lock) {
    synchronized (own) {
      if (own.remove(lock)) {
        OfdLock.unlock(lockFile, lock);
      }
    }
  }

  /** Tells whether the owner of a lock lives. Takes nothing. */
  boolean isAlive(long lock) {
    synchronized (own) {
      return own.contains(lock) || OfdLock.isHeldByAnother(lockFile, lock);
    }
  }

  /**
   * Does something that changes who is a member, while no other process or thread does.
   *
   * @throws RingException if the lock is not to be had for ten seconds: its holder is stopped
   */
  <T> T exclusively(Supplier<T> change) {
    changing.lock();
    try {
      long deadline = System.nanoTime() + DEADLINE_NANOS;
      while (!OfdLock.tryLock(lockFile, RingLayout.MEMBERSHIP_LOCK)) {
        if (System.nanoTime() - deadline > 0) {
          throw new RingException(
              "another process has held the ring's membership lock for 10 s; it is probably"
                  + " stopped (see /proc/locks)");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      return changeAndUnlock(change);
    } finally {
      changing.unlock();
    }
  }

  /** Like {@link #exclusively}, but does nothing and returns false if somebody else is at it. */
  boolean tryExclusively(Runnable change) {
    if (!changing.tryLock()) {
      return false;
    }
    try {
      if (!OfdLock.tryLock(lockFile, RingLayout.MEMBERSHIP_LOCK)) {
        return false;
      }
      try {
        change.run();
        return true;
      } finally {
        OfdLock.unlock(lockFile, RingLayout.MEMBERSHIP_LOCK);
      }
    } finally {
      changing.unlock();
    }
  }

  private <T> T changeAndUnlock(Supplier<T> change) {
    try {
      return change.get();
    } finally {
      OfdLock.unlock(lockFile, RingLayout.MEMBERSHIP_LOCK);
    }
  }

  /** Writes who owns a slot, for humans and for those who watch its process. */
  void sign(UnsafeBuffer header, int identity) {
    header.putInt(identity + RingLayout.IDENTITY_PID, pid);
    header.putLong(identity + RingLayout.IDENTITY_PID_NAMESPACE, pidNamespace);
  }

  void close() {
    lockFile.close();
  }
}
