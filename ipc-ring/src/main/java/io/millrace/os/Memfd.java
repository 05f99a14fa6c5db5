package io.millrace.os;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Anonymous shared memory of a fixed size: a memfd that is filled at once and sealed against
 * growing, shrinking and further seals; or one whose content is fixed, too.
 */
public final class Memfd {
  private static final int MAX_NAME_BYTES = 249;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_NOEXEC_SEAL = 8;
  private static final int F_SEAL_SEAL = 1;
  private static final int F_SEAL_SHRINK = 2;
  private static final int F_SEAL_GROW = 4;
  private static final int F_SEAL_WRITE = 8;
  private static final int F_SEAL_FUTURE_WRITE = 16;
  private static final int REQUIRED_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

  private static final MethodHandle MEMFD_CREATE =
      Native.bind("memfd_create", Native.INT, Native.POINTER, Native.INT);

  private Memfd() {}

  /**
   * Creates sealed memory. All of it is allocated here, so that a machine without room fails here
   * and not with a signal at the first touch.
   *
   * @param name a name for humans, seen in /proc, at most 249 bytes
   * @param size its size in bytes, a multiple of the page size
   * @return the descriptor, owned by the caller
   * @throws SystemCallException ENOMEM if the machine, or the control group (container) of this
   *     process, has not that much memory left; what else the kernel refuses, for example EMFILE
   */
  public static Descriptor create(String name, long size) {
    String what = "memfd " + name + " of " + size + " bytes";
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          what + ": the name is longer than " + MAX_NAME_BYTES + " bytes");
    }
    if (size <= 0 || size % Mapping.PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          what + ": the size is not a positive multiple of " + Mapping.PAGE_SIZE);
    }
    AvailableMemory.require("memfd_create", what, size);
    Descriptor memfd = open(name, what);
    try {
      CallResult.check(Libc.ftruncate(memfd.number(), size), "ftruncate", what);
      CallResult.check(Libc.fallocate(memfd.number(), 0, 0, size), "fallocate", what);
      CallResult.check(
          Libc.fcntl(memfd.number(), Libc.F_ADD_SEALS, REQUIRED_SEALS), "fcntl(F_ADD_SEALS)", what);
      return memfd;
    } catch (RuntimeException | Error failure) {
      memfd.close();
      throw failure;
    }
  }

  /**
   * Tells whether memory of a size would be refused by {@link #create} for want of it, without
   * taking any.
   *
   * @param size its size in bytes
   * @throws SystemCallException ENOMEM, with what is left, if it would
   */
  public static void requireRoom(long size) {
    AvailableMemory.require("memfd_create", "memory of " + size + " bytes", size);
  }

  /**
   * Tells whether memory that somebody handed over can be mapped safely: its size is fixed for
   * ever, so that no access inside it can fault, and it may be written.
   *
   * @param memfd the descriptor
   * @return true if it is a memfd with all the seals that {@link #create} sets and none against
   *     writing
   */
  public static boolean isSealed(Descriptor memfd) {
    int seals = Libc.fcntl(memfd.number(), Libc.F_GET_SEALS, 0);
    return seals >= 0
        && (seals & REQUIRED_SEALS) == REQUIRED_SEALS
        && (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) == 0;
  }

  /**
   * Creates memory whose content nobody can ever change, to be read with {@link FileContent}.
   *
   * @param name a name for humans, seen in /proc, at most 249 bytes
   * @param content the bytes
   * @return the descriptor, owned by the caller
   * @throws SystemCallException what the kernel refuses, for example EMFILE or ENOSPC
   */
  public static Descriptor constant(String name, byte[] content) {
    String what = "memfd " + name + " of " + content.length + " bytes";
    AvailableMemory.require("memfd_create", what, content.length);
    Descriptor memfd = open(name, what);
    try {
      FileContent.write(memfd, content);
      CallResult.check(
          Libc.fcntl(memfd.number(), Libc.F_ADD_SEALS, REQUIRED_SEALS | F_SEAL_WRITE),
          "fcntl(F_ADD_SEALS)",
          what);
      return memfd;
    } catch (RuntimeException | Error failure) {
      memfd.close();
      throw failure;
    }
  }

  /**
   * Tells whether the content of memory that somebody handed over can never change.
   *
   * @param memfd the descriptor
   * @return true if it has all the seals that {@link #constant} sets
   */
  public static boolean isConstant(Descriptor memfd) {
    int seals = Libc.fcntl(memfd.number(), Libc.F_GET_SEALS, 0);
    int required = REQUIRED_SEALS | F_SEAL_WRITE;
    return seals >= 0 && (seals & required) == required;
  }

  /**
   * Tells whether a descriptor that somebody handed over is memory, whatever its seals: nothing
   * that is done with it, its close included, waits for another process.
   *
   * @param descriptor the descriptor
   * @return true if the kernel knows seals of it, set or not
   */
  public static boolean isMemory(Descriptor descriptor) {
    return Libc.fcntl(descriptor.number(), Libc.F_GET_SEALS, 0) >= 0;
  }

  private static Descriptor open(String name, String what) {
    int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int number = memfdCreate(name, flags | MFD_NOEXEC_SEAL);
    if (number == -Errno.EINVAL) { // Linux before 6.3 does not know the flag.
      number = memfdCreate(name, flags);
    }
    return Descriptor.adopt(CallResult.check(number, "memfd_create", what), what);
  }

  private static int memfdCreate(String name, int flags) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      return Native.result(
          (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), flags), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
