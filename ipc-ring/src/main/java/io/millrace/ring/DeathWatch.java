package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Descriptor;
import io.millrace.os.Epoll;
import io.millrace.os.Errno;
import io.millrace.os.PidFd;
import io.millrace.os.SystemCallException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Has the kernel tell when a process that is a member of the ring dies: its pidfd stands in the
 * sleeper's epoll set.
 */
final class DeathWatch {
  private static final Set<Integer> SHORTAGES =
      Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOSPC);

  private final RingMemory memory;
  private final Membership membership;
  private final Epoll epoll;
  private final Map<Integer, Descriptor> watched = new HashMap<>();

  /** Seen dead, but a slot still names them. Told once, not with every look. */
  private final Set<Integer> dead = new HashSet<>();

  private final Set<Integer> named = new HashSet<>();
  private long members = -1;
  private boolean sawDeath;
  private boolean complete;

  /** There was no descriptor, or no memory, left; perhaps there is next time. */
  private boolean shortage;

  DeathWatch(RingMemory memory, Membership membership, Epoll epoll) {
    this.memory = memory;
    this.membership = membership;
    this.epoll = epoll;
  }

  /** Brings the watch up to date if somebody joined or left. */
  void refresh() {
    long now = memory.header.getLongVolatile(MEMBERS_OFFSET);
    if (now == members && !shortage) {
      return;
    }
    // A consumer that left with a record in hand looks like one that died.
    sawDeath |= now != members;
    members = now;
    complete = true;
    shortage = false;
    named.clear();
    for (int i = 0; i < memory.producers; i++) {
      name(producerSlot(i) + PRODUCER_STATE, producerSlot(i) + PRODUCER_IDENTITY, producerLock(i));
    }
    for (int i = 0; i < memory.consumers; i++) {
      int slot = memory.consumerSlot(i);
      name(slot + CONSUMER_STATE, slot + CONSUMER_IDENTITY, consumerLock(i));
    }
    dead.retainAll(named);
    watched.entrySet().removeIf(entry -> forget(entry.getKey(), entry.getValue()));
  }

  private void name(int state, int identity, long lock) {
    if (memory.header.getIntVolatile(state) != ACTIVE) {
      return;
    }
    int pid = memory.header.getInt(identity + IDENTITY_PID);
    if (memory.header.getLong(identity + IDENTITY_PID_NAMESPACE) != membership.pidNamespace) {
      complete = false;
    } else if (pid != membership.pid) {
      named.add(pid);
      if (dead.contains(pid) && membership.isAlive(lock)) {
        dead.remove(pid); // The number was given to another process, which is a member, too.
      }
      if (!watched.containsKey(pid) && !dead.contains(pid)) {
        watch(pid, lock);
      }
    }
  }

  private void watch(int pid, long lock) {
    Descriptor process = null;
    try {
      process = PidFd.open(pid);
      epoll.add(process.number(), Epoll.IN, pid);
    } catch (SystemCallException failure) {
      if (process != null) {
        process.close();
      }
      if (failure.errno() == Errno.ESRCH) {
        dead.add(pid);
        sawDeath = true;
      } else {
        complete = false; // No pidfd to be had here: look from time to time instead.
        shortage |= SHORTAGES.contains(failure.errno());
      }
      return;
    }
    watched.put(pid, process);
    // Opened first, probed second: a holder that lives now is the process that was opened.
    if (!membership.isAlive(lock)) {
      onDeath(pid);
    }
  }

  private boolean forget(int pid, Descriptor process) {
    if (named.contains(pid)) {
      return false;
    }
    process.close(); // Which takes it out of the epoll set.
    return true;
  }

  void onDeath(int pid) {
    Descriptor process = watched.remove(pid);
    if (process != null) {
      process.close();
    }
    dead.add(pid);
    sawDeath = true;
  }

  boolean sawDeath() {
    boolean seen = sawDeath;
    sawDeath = false;
    return seen;
  }

  /** False if there are members whose death the kernel will not tell. */
  boolean isComplete() {
    return complete;
  }

  void close() {
    watched.values().forEach(Descriptor::close);
    watched.clear();
  }
}
