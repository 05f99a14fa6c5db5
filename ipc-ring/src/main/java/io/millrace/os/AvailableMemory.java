package io.millrace.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory this process could still get, as far as the kernel tells. */
final class AvailableMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path CGROUPS = Path.of("/proc/self/cgroup");

  private AvailableMemory() {}

  /** The free and reclaimable memory and swap of the machine, or the limit of a control group. */
  static long bytes() {
    long available = ofMachine();
    for (String line : lines(CGROUPS)) { // hierarchy:controllers:path
      String[] fields = line.split(":", 3);
      if (fields.length == 3 && fields[1].isEmpty()) {
        available = Math.min(available, limit("/sys/fs/cgroup", fields[2], "memory.max"));
      } else if (fields.length == 3 && List.of(fields[1].split(",")).contains("memory")) {
        String root = "/sys/fs/cgroup/memory";
        available = Math.min(available, limit(root, fields[2], "memory.limit_in_bytes"));
      }
    }
    return available;
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

  /**
   * The smallest limit of a control group and those above it. In a container the path may lead
   * nowhere, but the root is the container's own.
   */
  static long limit(String root, String path, String file) {
    long smallest = Long.MAX_VALUE;
    Path top = Path.of(root);
    Path group = top.resolve("." + path).normalize();
    group = group.startsWith(top) ? group : top;
    while (group.startsWith(top)) {
      for (String line : lines(group.resolve(file))) {
        if (!line.equals("max")) {
          smallest = Math.min(smallest, Long.parseLong(line));
        }
      }
      group = group.getParent();
    }
    return smallest;
  }

  /** What cannot be read limits nothing. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException unknown) {
      return List.of();
    }
  }
}
