package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * A counter in the kernel that processes wake each other with. It never blocks its user.
 *
 * <p>Any thread may use it.
 */
public final class EventFd extends AbstractCloseable {
  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final MethodHandle EVENTFD =
      Native.bind("eventfd", Native.INT, Native.INT, Native.INT);

  /** Shared by all: its content is never changed. */
  private static final MemorySegment ONE = Arena.global().allocateFrom(Native.LONG, 1L);

  private final Descriptor descriptor;
  private final MemorySegment count = Arena.ofAuto().allocate(Native.LONG);

  private EventFd(Descriptor descriptor) {
    this.descriptor = descriptor;
    singleThreadedCheckDisabled(true);
  }

  /**
   * Makes a new one.
   *
   * @return the event descriptor, with a count of 0
   */
  public static EventFd create() {
    MemorySegment state = Native.state();
    int number;
    try {
      number =
          Native.result((int) EVENTFD.invokeExact(state, 0, EFD_NONBLOCK | EFD_CLOEXEC), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    return of(Descriptor.adopt(SystemCallException.check(number, "eventfd", "new"), "eventfd"));
  }

  /**
   * Takes over a descriptor that another process handed over.
   *
   * @param descriptor the descriptor, which is closed together with the result
   * @return the event descriptor
   */
  public static EventFd of(Descriptor descriptor) {
    return new EventFd(descriptor);
  }

  /**
   * The descriptor, to poll it or to hand it over.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /** Adds one to the count and so wakes everyone who polls it. A full counter wakes as well. */
  public void signal() {
    long written = Libc.write(descriptor.number(), ONE, Long.BYTES);
    if (written < 0 && written != -Errno.EAGAIN) {
      throw new SystemCallException("write", (int) -written, descriptor.toString());
    }
  }

  /**
   * Reads the count and sets it to 0.
   *
   * @return the count, 0 if nobody has signalled
   */
  public long drain() {
    long read = Libc.read(descriptor.number(), count, Long.BYTES);
    if (read == -Errno.EAGAIN) {
      return 0;
    }
    SystemCallException.check(read, "read", descriptor.toString());
    return count.get(Native.LONG, 0);
  }

  @Override
  protected void performClose() {
    descriptor.close();
  }
}
