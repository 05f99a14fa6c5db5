package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.fail;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A running strace, attached to all threads of a child process. */
public final class Strace implements AutoCloseable {
  private final Process process;

  private Strace(Process process) {
    this.process = process;
  }

  /** Skips the running test where there is no strace, except in continuous integration. */
  public static void require() {
    if (System.getenv("CI") != null && !Files.isExecutable(Path.of("/usr/bin/strace"))) {
      fail("strace is missing; install it, this test must not be skipped here");
    }
    Tools.assumeWorks("strace", "-f", "-e", "trace=none", "true");
  }

  /**
   * Attaches to a child and returns when it is being traced.
   *
   * @param output where the calls are written
   * @param expressions what to trace and to inject
   */
  public static Strace attach(ChildProcess child, Path output, String... expressions)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", output.toString()));
    for (String expression : expressions) {
      command.addAll(List.of("-e", expression));
    }
    command.addAll(List.of("-p", Integer.toString(child.pid())));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader words = process.inputReader();
    String first = words.readLine();
    if (first == null || !first.contains("attached")) {
      process.destroyForcibly();
      throw new AssertionError("strace may not attach here: " + first);
    }
    return new Strace(process);
  }

  /**
   * Ways to kill a process right before each call that it made once, for {@link #attach}.
   *
   * @param output what was traced then
   * @param isNoticeable says of a line of it whether others could notice a kill there
   * @return an expression for each call of each thread, without those that are alike
   */
  public static List<String> killsBeforeCalls(Path output, Predicate<String> isNoticeable)
      throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    Set<String> kills = new LinkedHashSet<>();
    for (String line : Files.readAllLines(output)) {
      if (line.contains("(") && !line.contains("resumed>")) {
        String threadAndCall = line.substring(0, line.indexOf('('));
        int count = counts.merge(threadAndCall, 1, Integer::sum);
        if (isNoticeable.test(line)) {
          String call = threadAndCall.replaceFirst("^[0-9]+ +", "");
          kills.add("inject=" + call + ":signal=SIGKILL:when=" + count);
        }
      }
    }
    return List.copyOf(kills);
  }

  /** Of calls of {@code fcntl} only those count that lock: others change nothing that is shared. */
  public static boolean isNoLook(String line) {
    return !line.contains("fcntl(") || line.contains("F_OFD_SETLK");
  }

  /** Waits for the end of strace, which ends with the child. */
  public void awaitEnd() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("strace has not ended with its child");
    }
  }

  /** Detaches from the child, which goes on, and returns when all calls are written. */
  @Override
  public void close() {
    process.destroy();
    try {
      awaitEnd();
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while strace ends", interruption);
    }
  }
}
