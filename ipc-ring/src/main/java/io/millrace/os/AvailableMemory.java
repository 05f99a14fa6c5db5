package io.millrace.os;

import io.millrace.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory this process could still get, as far as the kernel tells.
 *
 * <p>Shared memory is filled when it is made. The kernel would not refuse what it does not have: it
 * would fill page after page and then kill a process to get them back.
 */
final class AvailableMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path SELF = Path.of("/proc/self");

  /** The kernel needs memory for pages: nodes of their tree and entries of page tables. */
  private static final int UPKEEP = 64;

  /** What the JVM takes for itself before it can tell how this went, and more. */
  private static final long RESERVE = 2L << 20;

  private AvailableMemory() {}

  /**
   * Memory that is left.
   *
   * @param bytes how much
   * @param where by whose measure, to be read behind "N bytes are left "
   */
  record Room(long bytes, String where) {}

  /**
   * Refuses what would cost a process its life.
   *
   * @param call the call that would fill the memory
   * @param what is to be filled
   * @param size its size in bytes
   * @throws SystemCallException ENOMEM, with what is left
   */
  static void require(String call, Object what, long size) {
    Room room = tightest();
    long most = Math.max(0, room.bytes - RESERVE) / (UPKEEP + 1) * UPKEEP;
    if (size > most) {
      String left = room.bytes + " bytes that are left " + room.where;
      throw CallResult.failure(
          call, Errno.ENOMEM, what + ", but only " + most + " can be had of the " + left);
    }
  }

  /** What the machine, or one of the control groups that this process is in, has least of. */
  static Room tightest() {
    Room tightest = new Room(ofMachine(), "on this machine, swap included");
    for (ControlGroup group : ControlGroup.allOf(SELF)) {
      Room room = group.room();
      tightest = room.bytes < tightest.bytes ? room : tightest;
    }
    return tightest;
  }

  private static long ofMachine() {
    long kilobytes = 0;
    boolean known = false;
    for (String line : lines(MEMINFO)) {
      if (line.startsWith("MemAvailable:") || line.startsWith("SwapFree:")) {
        kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
        known |= line.startsWith("Mem");
      }
    }
    return known ? kilobytes * 1024 : Long.MAX_VALUE;
  }

  /** What cannot be read limits nothing. */
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException unknown) {
      return List.of();
    }
  }
}
