package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * A set of descriptors that one thread waits on.
 *
 * <p>Any thread may add and remove; one thread at a time may wait.
 */
public final class Epoll extends Resource {
  /** Something can be read. */
  public static final int IN = 1;

  /** Report a change once, not as long as it lasts. */
  public static final int EDGE = 1 << 31;

  /** Report one change, and no more until {@link #change}. */
  static final int ONCE = 1 << 30;

  /** Wait for ever. */
  public static final int FOREVER = -1;

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int ADD = 1;
  private static final int REMOVE = 2;
  private static final int CHANGE = 3;
  private static final int MAX_EVENTS = 64;

  /** struct epoll_event is packed on x86-64 only. */
  private static final int EVENT_SIZE = Native.AARCH64 ? 16 : 12;

  private static final int DATA_OFFSET = Native.AARCH64 ? 8 : 4;

  private static final MethodHandle CREATE = Native.bind("epoll_create1", INT, INT);
  private static final MethodHandle CONTROL = Native.bind("epoll_ctl", INT, INT, INT, INT, POINTER);
  private static final MethodHandle WAIT = Native.bind("epoll_wait", INT, INT, POINTER, INT, INT);

  private final MemorySegment events;
  private final Descriptor descriptor;
  private int ready;

  /** Of virtual threads; null before the first of them has slept here. */
  private VirtualSleep virtualSleep;

  /** Makes an empty set. */
  public Epoll() {
    // The descriptor last: what fails before it leaves nothing open.
    this(Arena.ofAuto().allocate((long) MAX_EVENTS * EVENT_SIZE, 8), create());
  }

  private Epoll(MemorySegment events, Descriptor descriptor) {
    this.events = events;
    this.descriptor = descriptor;
  }

  private static Descriptor create() {
    MemorySegment state = Native.state();
    int number;
    try {
      number = Native.result((int) CREATE.invokeExact(state, EPOLL_CLOEXEC), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    return Descriptor.adopt(CallResult.check(number, "epoll_create1", "new"), "epoll");
  }

  /**
   * The set's own descriptor: it is readable while one of its members is ready.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Adds a descriptor.
   *
   * <p>Remove it before it is closed if another process has a duplicate, as with every eventfd that
   * was handed over: the kernel forgets a member by itself only when the last duplicate is closed,
   * and reports it until then.
   *
   * @param member the number of the descriptor
   * @param interest {@link #IN}, with {@link #EDGE} if wanted
   * @param tag what {@link #tag(int)} tells of it
   */
  public void add(int member, int interest, long tag) {
    put(ADD, "epoll_ctl(ADD)", member, interest, tag);
  }

  /** Gives a member another interest and tag; what is ready already counts as a change. */
  void change(int member, int interest, long tag) {
    put(CHANGE, "epoll_ctl(MOD)", member, interest, tag);
  }

  private void put(int operation, String call, int member, int interest, long tag) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT_SIZE, 8);
      event.set(INT, 0, interest);
      event.set(Native.LONG_UNALIGNED, DATA_OFFSET, tag);
      CallResult.check(control(operation, member, event), call, "descriptor " + member);
    }
  }

  /**
   * Takes a descriptor out; one that is not in the set is no error.
   *
   * @param member the number of the descriptor
   */
  public void remove(int member) {
    int done = control(REMOVE, member, MemorySegment.NULL);
    if (done != -Errno.ENOENT && done != -Errno.EBADF) {
      CallResult.check(done, "epoll_ctl(DEL)", "descriptor " + member);
    }
  }

  /**
   * Waits until a member is ready. A signal ends the wait early, so does a stop and resume of the
   * process: even {@link #FOREVER} may return 0. Closing the set does not end a wait, nor does an
   * interrupt of a platform thread (see {@link InterruptHook}).
   *
   * <p>A virtual thread leaves its carrier to others while it waits, and an interrupt ends its
   * wait. One daemon thread of the process, made by the first such wait, sleeps for all of them.
   *
   * @param timeoutMillis how long at most; 0 only looks, {@link #FOREVER} waits for ever
   * @return the number of ready members, at most 64; 0 if none was ready in time
   */
  public int await(int timeoutMillis) {
    if (timeoutMillis == 0 || !Thread.currentThread().isVirtual()) {
      return awaitInKernel(timeoutMillis);
    }
    if (awaitInKernel(0) == 0) {
      if (virtualSleep == null) {
        virtualSleep = new VirtualSleep(descriptor.number());
      }
      virtualSleep.await(timeoutMillis);
      awaitInKernel(0);
    }
    return ready;
  }

  private int awaitInKernel(int timeoutMillis) {
    MemorySegment state = Native.state();
    int result;
    try {
      result =
          Native.result(
              (int) WAIT.invokeExact(state, descriptor.number(), events, MAX_EVENTS, timeoutMillis),
              state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    ready = 0; // What an earlier wait brought is not told again.
    if (result != -Errno.EINTR) {
      ready = CallResult.check(result, "epoll_wait", descriptor);
    }
    return ready;
  }

  /**
   * Which member was ready.
   *
   * @param index 0 up to what {@link #await(int)} returned, exclusive
   * @return the tag that it was added with
   */
  public long tag(int index) {
    Objects.checkIndex(index, ready);
    return events.get(Native.LONG_UNALIGNED, (long) index * EVENT_SIZE + DATA_OFFSET);
  }

  private int control(int operation, int member, MemorySegment event) {
    MemorySegment state = Native.state();
    try {
      return Native.result(
          (int) CONTROL.invokeExact(state, descriptor.number(), operation, member, event), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  @Override
  protected void performClose() {
    if (virtualSleep != null) {
      virtualSleep.close();
    }
    descriptor.close();
  }
}
