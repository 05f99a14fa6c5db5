package io.millrace.cli;

import io.millrace.os.ProgramImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the JVM again, in this process, with the flags that a manifest cannot carry.
 *
 * <p>Chronicle Core uses {@code sun.misc.Unsafe}, and the JVM prints a warning of four lines unless
 * a flag on the command line forbids it. There is no attribute of the manifest for that. So {@code
 * java -jar} becomes the same command with that flag and one that shortens short runs; pid,
 * terminal and everything else stay. Where that cannot be done it goes on, and the JVM warns.
 */
final class Restart {
  private static final String MARK = "millrace.restarted";

  private static final List<String> FLAGS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1",
          "-D" + MARK + "=true");

  private Restart() {}

  static void withFlags() {
    if (System.getProperty(MARK) != null) {
      return;
    }
    try {
      String executable = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
      List<String> words = commandLine();
      // Only "java [flags] -jar ...": what a JVM in another program was started with is not known.
      if (words.contains("-jar") && executable.endsWith("/java")) {
        ProgramImage.replace(executable, words);
      }
    } catch (IOException | RuntimeException impossible) {
      // Where /proc is hidden, for example. The command works all the same; the JVM will warn.
      return;
    }
  }

  private static List<String> commandLine() throws IOException {
    byte[] content = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    // An argument may be empty, so that two ends follow each other; the last end is no argument.
    String[] words = new String(content, StandardCharsets.UTF_8).split("\0", -1);
    List<String> command = new ArrayList<>(List.of(words).subList(0, words.length - 1));
    command.addAll(1, FLAGS);
    return command;
  }
}
