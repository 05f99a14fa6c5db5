package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Changes of one directory or one file, told by the kernel.
 *
 * <p>Any thread may read the descriptor; one thread at a time may drain.
 */
public final class Inotify extends Resource {
  /** A file was written to by a system call; stores to a mapping are not told. */
  public static final int MODIFY = 0x2;

  /** Permissions, times or the number of names of a file changed. */
  public static final int ATTRIB = 0x4;

  /** A file that was open for writing was closed. */
  public static final int CLOSE_WRITE = 0x8;

  /** A name went to another directory. */
  public static final int MOVED_FROM = 0x40;

  /** A name came from another directory. */
  public static final int MOVED_TO = 0x80;

  /** A name appeared. */
  public static final int CREATE = 0x100;

  /** A name was removed. */
  public static final int DELETE = 0x200;

  /**
   * The directory itself was removed. Told only once nobody has it open any more: a watcher that
   * keeps its {@link Directory} open never sees this.
   */
  public static final int DELETE_SELF = 0x400;

  /** The file or directory itself was renamed. */
  public static final int MOVE_SELF = 0x800;

  /** Events were lost: look at everything again. */
  public static final int OVERFLOW = 0x4000;

  /** The watch is over. */
  public static final int IGNORED = 0x8000;

  private static final int NONBLOCK = 0x800;
  private static final int CLOEXEC = 0x80000;
  private static final int HEADER = 16;
  private static final int BUFFER = 64 * 1024;

  private static final MethodHandle INIT = Native.bind("inotify_init1", INT, INT);
  private static final MethodHandle ADD = Native.bind("inotify_add_watch", INT, INT, POINTER, INT);

  private final MemorySegment buffer;
  private final Descriptor descriptor;

  /** The events from here up to {@link #filled} are read but not handed over. */
  private long next;

  private long filled;

  /** Receives the events. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Something changed.
     *
     * @param mask what, one or more of the constants
     * @param name the name inside the directory, empty if it is about the directory itself
     */
    void onEvent(int mask, String name);
  }

  /**
   * Starts to watch a directory.
   *
   * @param directory the directory
   * @param mask what to watch for
   * @throws SystemCallException EMFILE when this user has no inotify instance left (128 by default,
   *     fs.inotify.max_user_instances)
   */
  public Inotify(Directory directory, int mask) {
    this(directory.descriptor(), mask);
  }

  /**
   * Starts to watch a file, whatever its name is by now.
   *
   * @param file the file, open for reading at least
   * @param mask what to watch for
   * @throws SystemCallException EMFILE when this user has no inotify instance left
   */
  public Inotify(Descriptor file, int mask) {
    // The descriptor last: what fails before it leaves nothing open.
    this(Arena.ofAuto().allocate(BUFFER, 8), watch(file, mask));
  }

  private Inotify(MemorySegment buffer, Descriptor descriptor) {
    this.buffer = buffer;
    this.descriptor = descriptor;
  }

  private static Descriptor watch(Descriptor file, int mask) {
    MemorySegment state = Native.state();
    String what = file.toString();
    int number;
    try {
      number = Native.result((int) INIT.invokeExact(state, NONBLOCK | CLOEXEC), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    Descriptor descriptor =
        Descriptor.adopt(CallResult.check(number, "inotify_init1", what), "inotify of " + what);
    try {
      add(descriptor, file, mask);
      return descriptor;
    } catch (RuntimeException | Error failure) {
      descriptor.close();
      throw failure;
    }
  }

  private static void add(Descriptor inotify, Descriptor file, int mask) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      // By descriptor, so that it is what was checked and nothing else.
      MemorySegment path = arena.allocateFrom("/proc/self/fd/" + file.number());
      int watch = Native.result((int) ADD.invokeExact(state, inotify.number(), path, mask), state);
      CallResult.check(watch, "inotify_add_watch", file);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Watches one more file. Its events carry no name; one that is watched already is watched for
   * what is said now.
   *
   * @param file the file, open for reading at least
   * @param mask what to watch for
   * @throws SystemCallException ENOSPC when this user may have no more watches
   */
  public void add(Descriptor file, int mask) {
    add(descriptor, file, mask);
  }

  /**
   * The descriptor, readable while events are waiting.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Hands over all waiting events and returns; it never waits. When the listener throws, the events
   * after that one are not lost: the next call hands them over.
   *
   * @param listener gets each of them
   * @return how many there were
   */
  public int drain(Listener listener) {
    int count = 0;
    while (next < filled || fill()) {
      int nameLength = buffer.get(INT, next + 12);
      String name = nameLength == 0 ? "" : buffer.getString(next + HEADER);
      int mask = buffer.get(INT, next + 4);
      next += HEADER + nameLength;
      count++;
      listener.onEvent(mask, name);
    }
    return count;
  }

  /** Reads what is waiting; tells whether there was anything. */
  private boolean fill() {
    long length = Libc.read(descriptor.number(), buffer, BUFFER);
    if (length == -Errno.EAGAIN) {
      return false;
    }
    filled = CallResult.check(length, "read", descriptor);
    next = 0;
    return true;
  }

  @Override
  protected void performClose() {
    descriptor.close();
  }
}
