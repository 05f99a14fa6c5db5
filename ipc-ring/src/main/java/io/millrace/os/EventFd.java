package io.millrace.os;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * A counter in the kernel that processes wake each other with. It never blocks its user.
 *
 * <p>Any thread may use it.
 */
public final class EventFd extends Resource {
  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int POLLFD_SIZE = 8;
  private static final short POLLOUT = 0x004;
  private static final short POLLRDNORM = 0x040;
  private static final short POLLWRNORM = 0x100;
  private static final MethodHandle POLL =
      Native.bind("poll", Native.INT, Native.POINTER, Native.LONG, Native.INT);
  private static final String TARGET = "anon_inode:[eventfd]";
  private static final MethodHandle EVENTFD =
      Native.bind("eventfd", Native.INT, Native.INT, Native.INT);

  /** Shared by all: its content is never changed. */
  private static final MemorySegment ONE = Arena.global().allocateFrom(Native.LONG, 1L);

  /** One for each thread, so that no two threads that drain see each other's counts. */
  private static final ThreadLocal<MemorySegment> COUNT =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Native.LONG));

  private final Descriptor descriptor;

  /** A foreign one may have been made by somebody who did not mind to block. */
  private boolean mayBlock;

  private EventFd(Descriptor descriptor, boolean mayBlock) {
    this.descriptor = descriptor;
    this.mayBlock = mayBlock;
  }

  /**
   * Makes a new one.
   *
   * @return the event descriptor, with a count of 0
   */
  public static EventFd create() {
    return create("new");
  }

  /**
   * Makes a new one.
   *
   * @param purpose what it is for, told when it cannot be made
   * @return the event descriptor, with a count of 0
   */
  public static EventFd create(String purpose) {
    MemorySegment state = Native.state();
    int number;
    try {
      number =
          Native.result((int) EVENTFD.invokeExact(state, 0, EFD_NONBLOCK | EFD_CLOEXEC), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    return new EventFd(
        Descriptor.adopt(CallResult.check(number, "eventfd", purpose), "eventfd"), false);
  }

  /**
   * Takes over a descriptor that another process handed over.
   *
   * @param descriptor the descriptor, which is closed together with the result, or at once if it is
   *     refused
   * @return the event descriptor
   * @throws IllegalArgumentException if it is something else, or one that would block its user: the
   *     other process may have closed the number and used it again
   */
  public static EventFd of(Descriptor descriptor) {
    try {
      String target = descriptor.target();
      int flags =
          CallResult.check(
              Libc.fcntl(descriptor.number(), Libc.F_GETFL, 0), "fcntl(F_GETFL)", descriptor);
      if (!TARGET.equals(target) || (flags & EFD_NONBLOCK) == 0) {
        throw new IllegalArgumentException(
            descriptor + " is not a non-blocking eventfd but " + target);
      }
      return new EventFd(descriptor, false);
    } catch (RuntimeException | Error refusal) {
      try {
        descriptor.close();
      } catch (SystemCallException notOpen) {
        refusal.addSuppressed(notOpen);
      }
      throw refusal;
    }
  }

  /**
   * Takes over many descriptors that another process handed over, with one system call for all.
   *
   * @param descriptors what should be event descriptors; they are left to the caller if one is none
   * @return the counters; one that would block its user is cured of that before its first use
   * @throws IllegalArgumentException if one is no event descriptor; it is named
   */
  public static EventFd[] allOf(List<Descriptor> descriptors) {
    int bad = firstThatIsNone(descriptors.stream().mapToInt(Descriptor::number).toArray());
    if (bad >= 0) {
      Descriptor none = descriptors.get(bad);
      throw new IllegalArgumentException(none + " is not an eventfd but " + none.target());
    }
    return descriptors.stream().map(one -> new EventFd(one, true)).toArray(EventFd[]::new);
  }

  /**
   * Tells, in one system call, whether descriptors that somebody handed over are event descriptors.
   *
   * <p>Of all that Linux polls only an event descriptor is writable (POLLOUT) without being
   * "normally" writable or readable (POLLWRNORM, POLLRDNORM): files, memfds, pipes, sockets and
   * terminals report those too, and the other anonymous descriptors are never writable.
   *
   * @param descriptors their numbers
   * @return the index of the first that is closed, is something else or has a full counter; -1 if
   *     all are what they should be
   */
  public static int firstThatIsNone(int... descriptors) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled =
          arena.allocate((long) POLLFD_SIZE * Math.max(1, descriptors.length), 4);
      for (int i = 0; i < descriptors.length; i++) {
        polled.set(Native.INT, (long) i * POLLFD_SIZE, descriptors[i]);
        polled.set(Native.SHORT, i * POLLFD_SIZE + 4L, (short) (POLLOUT | POLLRDNORM | POLLWRNORM));
      }
      int ready;
      do {
        ready =
            Native.result(
                (int) POLL.invokeExact(state, polled, (long) descriptors.length, 0), state);
      } while (ready == -Errno.EINTR);
      CallResult.check(ready, "poll", descriptors.length + " event descriptors");
      for (int i = 0; i < descriptors.length; i++) {
        if (polled.get(Native.SHORT, i * POLLFD_SIZE + 6L) != POLLOUT) {
          return i;
        }
      }
      return -1;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * The descriptor, to poll it or to hand it over.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Adds one to the count and so wakes everyone who polls it, also those who wait for edges. A full
   * counter, which only a peer who means ill can bring about, is set to 1.
   */
  public void signal() {
    if (mayBlock) {
      forbidBlocking();
    }
    long written = Libc.write(descriptor.number(), ONE, Long.BYTES);
    if (written == -Errno.EAGAIN) {
      drain(); // A write that is refused is no edge.
      written = Libc.write(descriptor.number(), ONE, Long.BYTES);
    }
    // Full again: then somebody else's write was the edge.
    if (written < 0 && written != -Errno.EAGAIN) {
      throw CallResult.failure("write", (int) -written, descriptor.toString());
    }
  }

  /**
   * Reads the count and sets it to 0.
   *
   * @return the count, 0 if nobody has signalled
   */
  public long drain() {
    if (mayBlock) {
      forbidBlocking();
    }
    MemorySegment count = COUNT.get();
    long read = Libc.read(descriptor.number(), count, Long.BYTES);
    if (read == -Errno.EAGAIN) {
      return 0;
    }
    CallResult.check(read, "read", descriptor);
    return count.get(Native.LONG, 0);
  }

  /** Threads that do this at the same time do the same. */
  private void forbidBlocking() {
    int number = descriptor.number();
    int flags = Libc.fcntl(number, Libc.F_GETFL, 0);
    CallResult.check(flags, "fcntl(F_GETFL)", descriptor);
    if ((flags & EFD_NONBLOCK) == 0) {
      CallResult.check(
          Libc.fcntl(number, Libc.F_SETFL, flags | EFD_NONBLOCK), "fcntl(F_SETFL)", descriptor);
    }
    mayBlock = false;
  }

  @Override
  protected void performClose() {
    descriptor.close();
  }
}
