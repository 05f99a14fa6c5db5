package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/**
 * A file mapped into memory, shared, readable and writable (or readable only).
 *
 * <p>Closing it unmaps. The caller sees to it that nobody uses the addresses any more, but for
 * those of {@link #buffer}, which may have got anywhere: they lead to memory of no content from
 * then on, until the buffer and all that was made of it are unreachable.
 */
public final class Mapping extends Resource {
  /** The size of a page of memory, in bytes. */
  public static final int PAGE_SIZE = pageSize();

  private static final int PROT_NONE = 0;
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int SC_PAGESIZE = 30;

  private final long address;
  private final long length;

  /** Keeps the addresses from being used for anything else while a buffer can be reached. */
  private MemorySegment range;

  private Mapping(long address, long length) {
    this.address = address;
    this.length = length;
  }

  /**
   * Maps a part of a file.
   *
   * @param file the file
   * @param offset where the part starts, a multiple of the page size
   * @param length its length in bytes, at least 1; it may end inside a page
   * @param writable false for a mapping that can only be read
   * @return the mapping
   * @throws IllegalArgumentException if the file does not have that part, because touching what a
   *     file does not have would be a SIGBUS
   */
  public static Mapping of(Descriptor file, long offset, long length, boolean writable) {
    checkPart(file, file.status().size(), offset, length);
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    long address =
        CallResult.check(
            Calls.mmap(0, length, protection, MAP_SHARED, file.number(), offset),
            "mmap",
            length + " bytes of " + file);
    return new Mapping(address, length);
  }

  /**
   * Maps the head of a file once and the area behind it twice, back to back: byte {@code head +
   * area + i} is byte {@code head + i} again, so whatever starts inside the area is contiguous.
   *
   * @param file the file, of at least {@code head + area} bytes
   * @param head the length of the head, a multiple of the page size
   * @param area the length of the area, a multiple of the page size, at least one page
   * @return the mapping, {@code head + 2 * area} bytes long
   * @throws IllegalArgumentException if the file does not have these parts, because touching what a
   *     file does not have would be a SIGBUS
   */
  public static Mapping mirrored(Descriptor file, long head, long area) {
    return mirrored(file, file.status().size(), head, area);
  }

  /**
   * Like {@link #mirrored(Descriptor, long, long)}, for a file whose size is known and sealed.
   *
   * @param file the file
   * @param size its size in bytes
   * @param head the length of the head, a multiple of the page size
   * @param area the length of the area, a multiple of the page size, at least one page
   * @return the mapping
   * @throws IllegalArgumentException if the file does not have these parts
   */
  public static Mapping mirrored(Descriptor file, long size, long head, long area) {
    checkPart(file, size, head, area);
    if (area % PAGE_SIZE != 0 || area > (Long.MAX_VALUE - head) / 2) {
      throw new IllegalArgumentException(
          "cannot map " + area + " bytes of " + file + " twice: not whole pages, or too large");
    }
    long length = head + 2 * area;
    String what = length + " bytes (twice the area) of " + file;
    // Reserve the whole range first: MAP_FIXED then replaces only what is ours.
    long address =
        CallResult.check(
            Calls.mmap(0, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            "mmap",
            what);
    Mapping mapping = new Mapping(address, length);
    try {
      mapping.place(file, address, head + area, 0, what);
      mapping.place(file, address + head + area, area, head, what);
      return mapping;
    } catch (RuntimeException | Error failure) {
      mapping.close();
      throw failure;
    }
  }

  private static void checkPart(Descriptor file, long size, long offset, long length) {
    boolean inside = length > 0 && length <= size && offset >= 0 && offset <= size - length;
    if (!inside || offset % PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          String.format(
              "cannot map %d bytes from byte %d of %s: it has %d bytes, in pages of %d",
              length, offset, file, size, PAGE_SIZE));
    }
  }

  private void place(Descriptor file, long at, long size, long offset, String what) {
    CallResult.check(
        Calls.mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file.number(), offset),
        "mmap",
        what);
  }

  /**
   * Where the mapping starts.
   *
   * @return the address
   * @throws io.millrace.ClosedException after {@link #close()} has begun
   */
  public long address() {
    requireOpen(this);
    return address;
  }

  /**
   * A part of the mapping as a buffer that may be handed to anybody: using it is never fatal, also
   * not after {@link #close()}.
   *
   * @param offset where the part starts
   * @param size its length in bytes
   * @return the buffer
   */
  public ByteBuffer buffer(long offset, int size) {
    long start = address();
    if (range == null) {
      // The cleaner has this object, and so the range, until close() lets go of it.
      range = MemorySegment.ofAddress(start).reinterpret(length, Arena.ofAuto(), gone -> unmap());
    }
    return range.asSlice(offset, size).asByteBuffer();
  }

  /**
   * How long the mapping is.
   *
   * @return its length in bytes
   */
  public long length() {
    return length;
  }

  /**
   * Locks the mapping into memory, so that no access to it ever waits for a page.
   *
   * @throws SystemCallException if the limit on locked memory is too small (ENOMEM, EPERM)
   */
  public void lockInMemory() {
    CallResult.check(Calls.mlock(address(), length), "mlock", length + " bytes");
  }

  @Override
  protected void performClose() {
    if (range == null) {
      unmap();
      return;
    }
    // Over what is mapped, in one step. If the kernel has no room for it (vm.overcommit_memory=2),
    // the file stays there, as long as the buffers can be reached.
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    Calls.mmap(address, length, PROT_READ | PROT_WRITE, flags, -1, 0);
    range = null;
  }

  private void unmap() {
    CallResult.check(Calls.munmap(address, length), "munmap", this);
  }

  @Override
  public String toString() {
    return "mapping of " + length + " bytes";
  }

  private static int pageSize() {
    return (int) Calls.sysconf(SC_PAGESIZE);
  }

  /** Bound apart from the constants, so that the page size can be one of them. */
  private static final class Calls {
    private static final MethodHandle MMAP =
        Native.bind("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
    private static final MethodHandle MUNMAP = Native.bind("munmap", INT, LONG, LONG);
    private static final MethodHandle MLOCK = Native.bind("mlock", INT, LONG, LONG);
    private static final MethodHandle SYSCONF = Native.bind("sysconf", LONG, INT);

    static long mmap(long at, long length, int protection, int flags, int file, long offset) {
      MemorySegment state = Native.state();
      try {
        return Native.result(
            (long) MMAP.invokeExact(state, at, length, protection, flags, file, offset), state);
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }

    static int munmap(long address, long length) {
      MemorySegment state = Native.state();
      try {
        return Native.result((int) MUNMAP.invokeExact(state, address, length), state);
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }

    static int mlock(long address, long length) {
      MemorySegment state = Native.state();
      try {
        return Native.result((int) MLOCK.invokeExact(state, address, length), state);
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }

    static long sysconf(int name) {
      MemorySegment state = Native.state();
      try {
        return Native.result((long) SYSCONF.invokeExact(state, name), state);
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }
  }
}
