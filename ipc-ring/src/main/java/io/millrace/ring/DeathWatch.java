package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.SystemCallException;
import io.millrace.os.Epoll;
import io.millrace.os.Errno;
import io.millrace.os.ProcessWatch;
import java.util.HashSet;
import java.util.Set;

/**
 * Has the kernel tell when a process that is a member of the ring dies. The tag of a process in the
 * sleeper's epoll set is its pid.
 *
 * <p>A process that was just starting another program leaves its locks to that one for some
 * milliseconds, until its descriptors are closed there. Nothing tells the end of that, so as long
 * as it lasts the watch is not complete.
 */
final class DeathWatch {
  private static final Set<Integer> SHORTAGES =
      Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOSPC);

  private final RingMemory memory;
  private final Membership membership;
  private final ProcessWatch watched;

  /** Seen dead, but a slot still names them. Told once, not with every look. */
  private final Set<Integer> dead = new HashSet<>();

  private final Set<Integer> named = new HashSet<>();

  /** Seen dead, but their locks are held still. */
  private final Set<Integer> lingering = new HashSet<>();

  private long members = -1;
  private boolean sawDeath;
  private boolean complete;

  /** There was no descriptor, or no memory, left; perhaps there is next time. */
  private boolean shortage;

  DeathWatch(RingMemory memory, Membership membership, Epoll epoll) {
    this.memory = memory;
    this.membership = membership;
    this.watched = new ProcessWatch(epoll);
  }

  /** There is no descriptor, memory or room in epoll sets left, perhaps only for now. */
  static boolean isShortage(SystemCallException failure) {
    return SHORTAGES.contains(failure.errno());
  }

  /** Brings the watch up to date if somebody joined or left. */
  void refresh() {
    if (!lingering.isEmpty() && lingering.removeIf(pid -> !holdsLocks(pid))) {
      sawDeath = true; // Once more: now others can take what the dead one had.
    }
    long now = memory.words.members();
    if (now == members && !shortage) {
      return;
    }
    // A consumer that left with a record in hand looks like one that died.
    sawDeath |= now != members;
    members = now;
    complete = true;
    shortage = false;
    named.clear();
    for (ProducerSlot slot : memory.producers) {
      if (slot.state() == ACTIVE) {
        name(slot.owner, slot.lock());
      }
    }
    for (ConsumerSlot slot : memory.consumers) {
      int state = slot.state();
      // A member that is leaving may be killed at it.
      if (state == ACTIVE || state == LEFT && membership.isAlive(slot.lock())) {
        name(slot.owner, slot.lock());
      }
    }
    dead.retainAll(named);
    watched.removeIf(pid -> !named.contains((int) pid));
  }

  private void name(SlotOwner owner, long lock) {
    int pid = owner.pid();
    if (!isHere(owner)) {
      complete = false;
    } else if (pid != membership.pid) {
      named.add(pid);
      if (dead.contains(pid) && membership.isAlive(lock)) {
        dead.remove(pid); // The number was given to another process, which is a member, too.
      }
      if (!watched.contains(pid) && !dead.contains(pid)) {
        watch(pid, lock);
      }
    }
  }

  private void watch(int pid, long lock) {
    try {
      watched.add(pid, pid);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ESRCH) {
        noteDeath(pid);
      } else {
        complete = false; // No pidfd here: look from time to time instead.
        shortage |= isShortage(failure);
      }
      return;
    }
    // Opened first, probed second: a holder that lives now is the process that was opened.
    if (membership.isAlive(lock)) {
      lingering.remove(pid); // The number was given to another process.
    } else {
      onDeath(pid);
    }
  }

  void onDeath(int pid) {
    watched.remove(pid);
    noteDeath(pid);
  }

  private void noteDeath(int pid) {
    dead.add(pid);
    sawDeath = true;
    if (holdsLocks(pid)) {
      lingering.add(pid);
    }
  }

  private boolean holdsLocks(int pid) {
    for (ProducerSlot slot : memory.producers) {
      if (isOf(pid, slot.owner) && membership.isAlive(slot.lock())) {
        return true;
      }
    }
    for (ConsumerSlot slot : memory.consumers) {
      if (isOf(pid, slot.owner) && membership.isAlive(slot.lock())) {
        return true;
      }
    }
    return false;
  }

  private boolean isOf(int pid, SlotOwner owner) {
    return owner.pid() == pid && isHere(owner);
  }

  private boolean isHere(SlotOwner owner) {
    return owner.pidNamespace() == membership.pidNamespace;
  }

  boolean sawDeath() {
    boolean seen = sawDeath;
    sawDeath = false;
    return seen;
  }

  /** False if there are members whose death the kernel will not tell. */
  boolean isComplete() {
    return complete && lingering.isEmpty();
  }

  void close() {
    watched.close();
  }
}
