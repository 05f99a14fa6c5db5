package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.fail;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
