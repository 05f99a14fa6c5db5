package io.millrace.perf.bench;

import io.millrace.os.Directory;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Parent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * Counts all system calls that the main thread of a warm process makes for one thing, with strace.
 * The median of many rounds leaves out what the JVM does now and then.
 */
final class CallCount {
  static final int ROUNDS = 15;
  private static final String MARK = "millrace-mark";

  private CallCount() {}

  /** In the counted process: does a thing again and again between marks, when told to. */
  static void repeat(
      Parent parent, Directory directory, int rounds, Runnable counted, Runnable after)
      throws InterruptedException {
    parent.hear("go", PublishTrial.PATIENCE_SECONDS);
    for (int i = 0; i < rounds; i++) {
      directory.openFile(MARK, false);
      counted.run();
      directory.openFile(MARK, false);
      after.run();
    }
    parent.say("done");
    parent.hear("never", PublishTrial.PATIENCE_SECONDS);
  }

  /** Traces a process that repeats; empty where there is no strace or it may not trace. */
  static OptionalDouble of(Fork fork, ChildJvm child) throws Exception {
    Path trace = fork.directory().resolve("trace");
    Process strace;
    try {
      strace =
          new ProcessBuilder(
                  "strace", "-f", "-o", trace.toString(), "-p", Long.toString(child.pid()))
              .redirectErrorStream(true)
              .start();
    } catch (IOException missing) {
      return OptionalDouble.empty();
    }
    try (BufferedReader words = strace.inputReader(StandardCharsets.UTF_8)) {
      String first = words.readLine();
      if (first == null || !first.contains("attached")) {
        return OptionalDouble.empty();
      }
      child.tell("go");
      child.expect("done", PublishTrial.PATIENCE_SECONDS);
    } finally {
      strace.destroy();
      strace.waitFor(PublishTrial.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    List<Integer> counts = countsIn(Files.readAllLines(trace));
    counts.sort(null);
    return OptionalDouble.of(counts.get(counts.size() / 2));
  }

  private static List<Integer> countsIn(List<String> lines) {
    String marked = lines.stream().filter(line -> line.contains(MARK)).findFirst().orElseThrow();
    String thread = marked.substring(0, marked.indexOf(' ') + 1);
    List<Integer> counts = new ArrayList<>();
    int count = -1;
    for (String line : lines) {
      if (!line.startsWith(thread) || line.contains("resumed>") || !line.contains("(")) {
        continue;
      }
      if (!line.contains(MARK)) {
        count += count < 0 ? 0 : 1;
      } else if (count < 0) {
        count = 0;
      } else {
        counts.add(count);
        count = -1;
      }
    }
    return counts;
  }
}
