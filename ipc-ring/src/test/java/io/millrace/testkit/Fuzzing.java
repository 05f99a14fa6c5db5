package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fuzzes a class with Jazzer, led by coverage, in a process of its own. */
public final class Fuzzing {
  /** {@code -Dmillrace.fuzz.runs=50000000} takes some minutes. */
  private static final int RUNS = Integer.getInteger("millrace.fuzz.runs", 150_000);

  private Fuzzing() {}

  /**
   * Runs it until all runs are over, and fails if one of them does, or if it has not found its way
   * to places that no seed leads to.
   *
   * @param target what is fuzzed, with the code of its package
   * @param seeds what to begin with
   * @param mostBytes the longest input
   * @param directory an empty one
   */
  public static void assertNothingFound(
      Class<?> target, List<byte[]> seeds, int mostBytes, Path directory)
      throws IOException, InterruptedException {
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed" + i), seeds.get(i));
    }
    Path log = directory.resolve("log");
    int status = run(target, mostBytes, directory, corpus, log);
    String said = Files.readString(log);
    assertEquals(0, status, said);
    assertTrue(said.contains("Done " + RUNS + " runs"), said);
    // Led by coverage: it has found its way to places that no seed leads to.
    assertTrue(files(corpus) > 2 * seeds.size(), said);
  }

  private static int run(Class<?> target, int mostBytes, Path directory, Path corpus, Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:+EnableDynamicAgentLoading"));
    command.addAll(
        Arrays.stream(System.getProperty("millrace.jvm.flags", "").split(" "))
            .filter(flag -> !flag.isBlank())
            .toList());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add("--instrumentation_includes=" + target.getPackageName() + ".**");
    command.add("-artifact_prefix=" + directory + "/");
    // The heap has a limit; what else a JVM maps differs from machine to machine.
    command.add("-rss_limit_mb=0");
    command.addAll(List.of("-runs=" + RUNS, "-seed=1", "-max_len=" + mostBytes, corpus.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return process.waitFor();
  }

  private static long files(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.count();
    }
  }
}
