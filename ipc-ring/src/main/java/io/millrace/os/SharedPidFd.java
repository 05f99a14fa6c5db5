package io.millrace.os;

import io.millrace.SystemCallException;
import java.util.HashMap;
import java.util.Map;

/**
 * A descriptor that stands for a process, as {@link PidFd} opens it, for those who only want to
 * know when the process ends: all of this JVM that watch one process have the same descriptor,
 * which is closed with the last of them. An epoll set must be told that it is gone: {@link
 * Epoll#remove} it before the close, which is perhaps not the last one.
 *
 * <p>Any thread may open and close; what was opened belongs to one user.
 */
public final class SharedPidFd extends Resource {
  /** Those that are given to others, by the numbers of their processes. Guarded by itself. */
  private static final Map<Integer, Process> OPEN = new HashMap<>();

  private final Process process;

  /** What all users of one process have. Its count is guarded by all that are open. */
  private static final class Process {
    private final int pid;
    private final Descriptor descriptor;
    private int users;

    private Process(int pid) {
      this.pid = pid;
      descriptor = PidFd.open(pid);
    }
  }

  private SharedPidFd(Process process) {
    this.process = process;
  }

  /**
   * Opens a process of this process's pid namespace, or shares what is open of it. In either case
   * it is the process that had the number at some moment of this call.
   *
   * @param pid its number
   * @return a use of the descriptor, owned by the caller
   * @throws SystemCallException ESRCH if there is no such process
   */
  public static SharedPidFd open(int pid) {
    synchronized (OPEN) {
      Process process = OPEN.get(pid);
      // Of a dead one the number may have been given to another process.
      if (process == null || PidFd.isDead(process.descriptor)) {
        process = new Process(pid);
        OPEN.put(pid, process);
      }
      process.users++;
      return new SharedPidFd(process);
    }
  }

  /**
   * Opens a process and shares it with nobody: for an epoll set that has the shared one already.
   *
   * @param pid its number
   * @return a descriptor of its own, owned by the caller
   * @throws SystemCallException ESRCH if there is no such process
   */
  static SharedPidFd openAlone(int pid) {
    Process process = new Process(pid);
    process.users = 1;
    return new SharedPidFd(process);
  }

  /**
   * The number of the descriptor, which others of this JVM may have, too.
   *
   * @return the number
   */
  public int number() {
    requireOpen(this);
    return process.descriptor.number();
  }

  /**
   * Tells whether the process lives.
   *
   * @return true once it is dead and its locks are released
   */
  public boolean isDead() {
    requireOpen(this);
    return PidFd.isDead(process.descriptor);
  }

  @Override
  protected void performClose() {
    synchronized (OPEN) {
      if (--process.users == 0) {
        OPEN.remove(process.pid, process);
        process.descriptor.close();
      }
    }
  }

  @Override
  public String toString() {
    return process.descriptor.toString();
  }
}
