package io.millrace.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells who holds locks on a file, for messages about somebody who is in the way. Looks through
 * {@code /proc}, which takes a while, and finds nobody where that hides other users or namespaces.
 */
public final class LockHolders {
  /** A lock that is held, in /proc/locks and in fdinfo alike; a waiter for one has an arrow. */
  private static final Pattern HELD =
      Pattern.compile(
          "(?:lock:)?\\s*\\d+: \\w+\\s+\\w+\\s+\\w+\\s+(-?\\d+) (\\p{XDigit}+:\\p{XDigit}+:\\d+)"
              + " (\\d+) (\\d+|EOF)");

  private final String file;
  private final long offset;
  private final Set<Integer> pids = new TreeSet<>();

  private LockHolders(FileStatus status, long offset) {
    // As the kernel prints it; on file systems with volumes of their own it prints another device.
    this.file =
        String.format(
            Locale.ROOT,
            "%02x:%02x:%d",
            status.device() >>> 32,
            status.device() & 0xffffffffL,
            status.inode());
    this.offset = offset;
  }

  /**
   * Names the processes that hold a lock of whatever kind on a byte of a file, this one excepted.
   *
   * @param file the file
   * @param offset the byte; a lock on the whole file is one on each byte
   * @return for example {@code process 4711 (java)}; {@code a process that the kernel does not
   *     name} if none is found
   */
  public static String describe(Descriptor file, long offset) {
    LockHolders wanted = new LockHolders(file.status(), offset);
    wanted.lookAtAllLocks();
    wanted.pids.remove(Credentials.pid());
    StringJoiner names = new StringJoiner(" and ");
    wanted.pids.forEach(pid -> names.add("process " + pid + name(pid)));
    return wanted.pids.isEmpty() ? "a process that the kernel does not name" : names.toString();
  }

  private void lookAtAllLocks() {
    boolean isEachNamed = false;
    for (String line : lines(Path.of("/proc/locks"))) {
      Matcher lock = HELD.matcher(line);
      if (isWanted(lock)) {
        int pid = Integer.parseInt(lock.group(1));
        isEachNamed = pid > 0 && (isEachNamed || pids.isEmpty());
        pids.add(pid);
      }
    }
    pids.removeIf(pid -> pid <= 0);
    if (!isEachNamed) {
      lookAtOpenFiles();
    }
  }

  /**
   * A lock may belong to an open file and not to a process, or the process that took it may have
   * left it to another one: looks which processes have the file open.
   */
  private void lookAtOpenFiles() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (isHeldBy(process)) {
          pids.add(Integer.parseInt(process.getFileName().toString()));
        }
      }
    } catch (IOException notTold) {
      return; // There is no /proc, or it went away: nobody is named.
    }
  }

  private boolean isHeldBy(Path process) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fdinfo"))) {
      for (Path one : open) {
        if (lines(one).stream().map(HELD::matcher).anyMatch(this::isWanted)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException gone) {
      return false; // It ended meanwhile, or is somebody else's.
    }
  }

  private boolean isWanted(Matcher lock) {
    return lock.matches()
        && lock.group(2).equals(file)
        && Long.parseLong(lock.group(3)) <= offset
        && (lock.group(4).equals("EOF") || Long.parseLong(lock.group(4)) >= offset);
  }

  private static String name(int pid) {
    List<String> lines = lines(Path.of("/proc/" + pid + "/comm"));
    return lines.isEmpty() ? "" : " (" + lines.get(0) + ")";
  }

  /** Lines of a file of the kernel, which may hold names in any encoding; none if it is closed. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return List.of();
    }
  }
}
