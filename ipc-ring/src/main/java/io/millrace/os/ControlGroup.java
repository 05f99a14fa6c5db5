package io.millrace.os;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A control group that a process is in, as far as it limits memory; of the first or second version.
 *
 * <p>What is left of a limit is what is not used of it, and the pages of files, which the kernel
 * drops to make room. Shared memory is counted as a file nowhere here: the kernel lists its pages
 * among the anonymous ones, although it calls them cache as well. Swap is not counted: whether a
 * group may swap depends on each group above it, and swapped memory is not what anybody wants of a
 * ring.
 */
final class ControlGroup {
  /** Everything else is as good as none; the first version writes a very large number for that. */
  private static final long MOST = 1L << 62;

  private final Path directory;
  private final Version version;

  /** The names of the files in the directory of a group. */
  private enum Version {
    /** With swap is a second limit here, on both together. */
    ONE(
        Map.of(
            "memory.limit_in_bytes", "memory.usage_in_bytes",
            "memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes"),
        Set.of("total_inactive_file", "total_active_file")),

    /** Above the high limit the kernel kills nobody: it holds up those who allocate, for hours. */
    TWO(
        Map.of("memory.max", "memory.current", "memory.high", "memory.current"),
        Set.of("inactive_file", "active_file"));

    /** By the file with the limit, the one with what is used of it. */
    final Map<String, String> limits;

    /** The pages of files, of this group and all below, in its statistics. */
    final Set<String> droppable;

    Version(Map<String, String> limits, Set<String> droppable) {
      this.limits = limits;
      this.droppable = droppable;
    }
  }

  private ControlGroup(Path directory, Version version) {
    this.directory = directory;
    this.version = version;
  }

  /**
   * All groups that limit the memory of a process: its own and those above it that can be seen.
   *
   * @param process its directory in /proc
   */
  static List<ControlGroup> allOf(Path process) {
    List<ControlGroup> all = new ArrayList<>();
    for (String line : AvailableMemory.lines(process.resolve("mountinfo"))) {
      // number parent device root mount-point options [fields] - type source super-options
      int dash = line.indexOf(" - ");
      String[] mount = line.substring(0, Math.max(0, dash)).split(" ");
      String[] system = line.substring(dash + 1).split(" ");
      if (dash < 0 || mount.length < 5 || system.length < 4) {
        continue;
      }
      if (system[1].equals("cgroup2")) {
        addAll(all, process, "", Version.TWO, mount);
      } else if (system[1].equals("cgroup") && List.of(system[3].split(",")).contains("memory")) {
        addAll(all, process, "memory", Version.ONE, mount);
      }
    }
    return all;
  }

  private static void addAll(
      List<ControlGroup> all, Path process, String controller, Version version, String[] mount) {
    Path top = Path.of(unescaped(mount[4]));
    for (String line : AvailableMemory.lines(process.resolve("cgroup"))) {
      String[] fields = line.split(":", 3); // hierarchy:controllers:path
      if (fields.length == 3 && List.of(fields[1].split(",")).contains(controller)) {
        Path group = locate(top, unescaped(mount[3]), fields[2]);
        for (; group.startsWith(top); group = group.getParent()) {
          all.add(new ControlGroup(group, version));
        }
      }
    }
  }

  /**
   * Where a group is seen. A container may see only a part of the tree, its own group as the root;
   * a process may be in another part, and then what is at the root is all that can be known.
   */
  private static Path locate(Path top, String root, String path) {
    Path shown = Path.of(root);
    Path group = Path.of(path);
    Path inside = group.startsWith(shown) ? shown.relativize(group) : Path.of("");
    Path located = top.resolve(inside).normalize();
    return located.startsWith(top) ? located : top;
  }

  /** Blanks and such stand in the table of mounts as three octal digits. */
  private static String unescaped(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  /** What is left of the tightest limit of this group alone. */
  AvailableMemory.Room room() {
    AvailableMemory.Room tightest = new AvailableMemory.Room(Long.MAX_VALUE, "");
    for (Map.Entry<String, String> names : version.limits.entrySet()) {
      Path file = directory.resolve(names.getKey());
      long limit = number(file, MOST);
      if (limit < MOST) {
        long used = number(directory.resolve(names.getValue()), 0) - droppable();
        long left = Math.max(0, limit - Math.max(0, used));
        if (left < tightest.bytes()) {
          tightest = new AvailableMemory.Room(left, "of the " + limit + " in " + file);
        }
      }
    }
    return tightest;
  }

  private long droppable() {
    long bytes = 0;
    for (String line : AvailableMemory.lines(directory.resolve("memory.stat"))) {
      String[] words = line.split(" ");
      if (words.length == 2 && version.droppable.contains(words[0])) {
        bytes += parsed(words[1], 0);
      }
    }
    return bytes;
  }

  private static long number(Path file, long otherwise) {
    List<String> lines = AvailableMemory.lines(file);
    return lines.isEmpty() ? otherwise : parsed(lines.get(0), otherwise);
  }

  /** No limit is written as a word, or as a number that does not fit. */
  private static long parsed(String text, long otherwise) {
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : otherwise;
  }
}
