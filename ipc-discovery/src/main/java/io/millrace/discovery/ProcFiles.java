package io.millrace.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the kernel says of itself and of this process; what it does not say is a default. */
final class ProcFiles {
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private ProcFiles() {}

  /** The first number in a file. */
  static long number(String path, long otherwise) {
    List<String> lines = lines(path);
    return lines.isEmpty() ? otherwise : firstNumber(lines.get(0), otherwise);
  }

  /** What follows a word at the start of a line; empty if there is no such line. */
  static String field(String path, String word) {
    return lines(path).stream()
        .filter(line -> line.startsWith(word))
        .map(line -> line.substring(word.length()).trim())
        .findFirst()
        .orElse("");
  }

  /** The soft limit of this process. */
  static long softLimit(String name) {
    String limits = field("/proc/self/limits", name);
    return limits.startsWith("unlimited") ? Long.MAX_VALUE : firstNumber(limits, 0);
  }

  static long firstNumber(String text, long otherwise) {
    Matcher matcher = NUMBER.matcher(text);
    return matcher.find() ? Long.parseLong(matcher.group()) : otherwise;
  }

  private static List<String> lines(String path) {
    try {
      return Files.readAllLines(Path.of(path));
    } catch (IOException notTold) {
      // An older kernel, or a container that hides the file.
      return List.of();
    }
  }
}
