package io.millrace.cli;

import io.millrace.os.ProgramImage;
import io.millrace.recording.RecordingFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the JVM of {@code java -jar millrace.jar} again, in this process, with the flags that
 * Chronicle Queue needs and a manifest cannot carry. Pid, terminal and everything else stay. Only
 * the commands that record or replay do this, before they have done anything.
 */
final class Restart {
  private static final String MARK = "millrace.restarted";

  private Restart() {}

  static void withRecordingFlags() {
    if (RecordingFlags.areSet() || System.getProperty(MARK) != null) {
      return;
    }
    try {
      String executable = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
      List<String> words = commandLine();
      // Only "java [flags] -jar ...": what a JVM in another program was started with is not known.
      if (words.contains("-jar") && executable.endsWith("/java")) {
        words.add(1, "-D" + MARK + "=true");
        words.addAll(1, RecordingFlags.required());
        ProgramImage.replace(executable, words);
      }
    } catch (IOException hidden) {
      // Without /proc it is up to the user: what needs the flags says which.
      return;
    }
  }

  private static List<String> commandLine() throws IOException {
    byte[] content = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    // An argument may be empty, so that two ends follow each other; the last end is no argument.
    String[] words = new String(content, StandardCharsets.UTF_8).split("\0", -1);
    return new ArrayList<>(List.of(words).subList(0, words.length - 1));
  }
}
