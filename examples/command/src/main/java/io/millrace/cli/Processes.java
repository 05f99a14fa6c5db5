package io.millrace.cli;

import io.millrace.discovery.model.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What {@code /proc} says of the publishers of services. */
final class Processes {
  private static final int START_TIME_AFTER_NAME = 19;
  private static final Set<String> FLAGS_WITH_VALUE =
      Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "-m", "--module");

  private Processes() {}

  /** A pid as it is printed: marked if it is none of this pid namespace. */
  static String pid(int pid, boolean isForeign) {
    return isForeign ? "(ns) " + pid : Integer.toString(pid);
  }

  /** Tells whether a pid namespace is another one than that of this process. */
  static boolean isForeign(long pidNamespace) {
    try {
      String own = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      return !own.equals("pid:[" + pidNamespace + "]");
    } catch (IOException notTold) {
      return true;
    }
  }

  /** The command line of a publisher; empty if it is not visible from here, or gone. */
  static String command(Service service) {
    return isThere(service) ? String.join(" ", words(service.pid())) : "";
  }

  /** The program of a publisher; of a Java program its main class and arguments. */
  static String program(Service service) {
    List<String> words = isThere(service) ? words(service.pid()) : List.of();
    if (words.isEmpty()) {
      return "";
    }
    String program = baseName(words.get(0));
    int next = 1;
    if (program.equals("java")) {
      while (next < words.size() && words.get(next).startsWith("-")) {
        String flag = words.get(next++);
        if (flag.equals("-jar")) {
          break;
        }
        next += FLAGS_WITH_VALUE.contains(flag) ? 1 : 0;
      }
    }
    StringBuilder text = new StringBuilder(program);
    for (int i = next; i < words.size(); i++) {
      text.append(' ').append(i == next ? baseName(words.get(i)) : words.get(i));
    }
    return text.toString();
  }

  /** Tells whether the pid is visible from here and still that of the publisher. */
  static boolean isThere(Service service) {
    if (isForeign(service.pidNamespace())) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + service.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[START_TIME_AFTER_NAME]) == service.startTime();
    } catch (IOException gone) {
      return false;
    }
  }

  private static List<String> words(int pid) {
    try {
      byte[] content = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      String text = new String(content, StandardCharsets.UTF_8);
      return text.isEmpty() ? List.of() : List.of(text.split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }

  private static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
