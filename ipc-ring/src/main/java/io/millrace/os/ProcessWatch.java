package io.millrace.os;

import io.millrace.SystemCallException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * Processes in an epoll set, which becomes ready when one of them dies: each has a tag there, and a
 * descriptor here, which all watches of this JVM share ({@link SharedPidFd}).
 *
 * <p>A number may have been given to another process before it was opened. So who watches the owner
 * of a lock looks at the lock after {@link #add}: is it held then, the process that is watched is
 * its owner.
 *
 * <p>Used by one thread at a time.
 */
public final class ProcessWatch implements AutoCloseable {
  private final Epoll epoll;
  private final Map<Long, SharedPidFd> processes = new HashMap<>();

  /**
   * Watches none yet.
   *
   * @param epoll the set; it stays owned by the caller, who closes it together with this object
   */
  public ProcessWatch(Epoll epoll) {
    this.epoll = epoll;
  }

  /**
   * Begins to watch a process of this process's pid namespace.
   *
   * @param tag what the set tells of it, of no other process and nothing else in the set
   * @param pid its number
   * @throws SystemCallException ESRCH or EINVAL if there is no such process; any other if it cannot
   *     be watched. Nothing is left open then
   */
  public void add(long tag, int pid) {
    SharedPidFd process = open(pid);
    try {
      epoll.add(process.number(), Epoll.IN, tag);
      processes.put(tag, process);
    } catch (RuntimeException | Error failure) {
      process.close();
      throw failure;
    }
  }

  /** A set has a descriptor once: under a second tag the same process takes another one. */
  private SharedPidFd open(int pid) {
    SharedPidFd shared = SharedPidFd.open(pid);
    if (processes.values().stream().noneMatch(one -> one.number() == shared.number())) {
      return shared;
    }
    shared.close();
    return SharedPidFd.openAlone(pid);
  }

  /**
   * Tells whether there is a process with a tag, dead or alive.
   *
   * @param tag the tag
   * @return true from {@link #add} to {@link #remove}
   */
  public boolean contains(long tag) {
    return processes.containsKey(tag);
  }

  /**
   * Tells whether a process has died.
   *
   * @param tag its tag
   * @return false if it lives at this moment, or there is none with the tag
   */
  public boolean isDead(long tag) {
    SharedPidFd process = processes.get(tag);
    return process != null && process.isDead();
  }

  /**
   * Ends the watch of a process; the set tells nothing more of it.
   *
   * @param tag its tag; one that is not there is no error
   */
  public void remove(long tag) {
    SharedPidFd process = processes.remove(tag);
    if (process != null) {
      // Others may have it open still, and the set would tell by theirs.
      epoll.remove(process.number());
      process.close();
    }
  }

  /**
   * Ends the watch of some.
   *
   * @param unwanted says of a tag whether its process need not be watched any more
   */
  public void removeIf(LongPredicate unwanted) {
    processes.keySet().stream().filter(unwanted::test).toList().forEach(this::remove);
  }

  /** Ends all. The set is not told: it is closed with this object. Closing twice does nothing. */
  @Override
  public void close() {
    List<SharedPidFd> all = new ArrayList<>(processes.values());
    processes.clear();
    Closing.closeAll(all);
  }
}
