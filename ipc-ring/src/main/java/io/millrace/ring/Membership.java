package io.millrace.ring;

import static io.millrace.ring.RingLayout.MEMBERSHIP_LOCK;

import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.OfdLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.agrona.collections.LongHashSet;

/**
 * Tells which members live. Owning a slot is holding an open-file-description lock on its byte,
 * through a description that no other process has: the kernel releases it when the process dies.
 *
 * <p>Safe for all threads of the process.
 */
final class Membership {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  final int pid = Credentials.pid();
  final long pidNamespace = Credentials.pidNamespace();

  private final Descriptor lockFile;
  private final SlotOwner holder;

  /** A lock that the own description holds is invisible to probes through it. */
  private final LongHashSet own = new LongHashSet();

  private final ReentrantLock changing = new ReentrantLock();

  /**
   * Through a description of its own.
   *
   * @param holder where to say who has the membership lock
   */
  Membership(Descriptor memfd, SlotOwner holder) {
    lockFile = memfd.reopen();
    this.holder = holder;
  }

  /** The memory anew, with a description of its own that others may have. The caller owns it. */
  Descriptor memory() {
    return lockFile.reopen();
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
   * <p>An interrupt does not end the wait for it, which has an end of its own; the thread stays
   * interrupted.
   *
   * @throws RingException if that is not possible for ten seconds: the process that is at it is
   *     stopped
   */
  <T> T exclusively(Supplier<T> change) {
    boolean interrupted = false;
    try {
      long deadline = System.nanoTime() + DEADLINE_NANOS;
      while (!tryLock()) {
        if (System.nanoTime() - deadline > 0) {
          throw new RingException(whoIsInTheWay());
        }
        // Of an interrupted thread a pause would be none.
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    try {
      return change.get();
    } finally {
      unlock();
    }
  }

  /** Like {@link #exclusively}, but does nothing and returns false if somebody else is at it. */
  boolean tryExclusively(IntConsumer change, int argument) {
    if (!tryLock()) {
      return false;
    }
    try {
      change.accept(argument);
      return true;
    } finally {
      unlock();
    }
  }

  private boolean tryLock() {
    if (!changing.tryLock()) {
      return false;
    }
    boolean locked = false;
    try {
      locked = OfdLock.tryLock(lockFile, MEMBERSHIP_LOCK);
    } finally {
      if (!locked) {
        changing.unlock();
      }
    }
    if (locked) {
      sign(holder);
      Steps.reached(Steps.Step.MEMBERSHIP_LOCKED);
    }
    return locked;
  }

  private void unlock() {
    holder.clear();
    try {
      OfdLock.unlock(lockFile, MEMBERSHIP_LOCK);
    } finally {
      changing.unlock();
    }
  }

  private String whoIsInTheWay() {
    int pid = holder.pid();
    boolean isHere = holder.pidNamespace() == pidNamespace;
    return (pid == 0 ? "another process" : "process " + pid)
        + (isHere || pid == 0 ? "" : " of another pid namespace")
        + " has held the ring's membership lock for 10 s; most likely it is stopped (SIGSTOP,"
        + " debugger, frozen cgroup): let it go on, or kill it";
  }

  /** Writes that this process owns a slot. */
  void sign(SlotOwner owner) {
    owner.set(pid, pidNamespace);
  }

  void close() {
    lockFile.close();
  }
}
