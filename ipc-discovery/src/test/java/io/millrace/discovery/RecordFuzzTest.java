package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fuzzes parser and protocol, led by coverage, in a process of its own. */
class RecordFuzzTest {
  /** {@code -Dmillrace.fuzz.runs=50000000} takes some minutes. */
  private static final int RUNS = Integer.getInteger("millrace.fuzz.runs", 150_000);

  @TempDir Path temporary;

  @Test
  void noBytesDoAnythingButParseOrBeRefusedByName() throws Exception {
    Path corpus = Files.createDirectory(temporary.resolve("corpus"));
    List<byte[]> seeds = RecordFuzz.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed" + i), seeds.get(i));
    }
    Path log = temporary.resolve("log");
    int status = run(log, "-runs=" + RUNS, "-seed=1", "-max_len=20000", corpus.toString());
    String said = Files.readString(log);
    assertEquals(0, status, said);
    assertTrue(said.contains("Done " + RUNS + " runs"), said);
    // Led by coverage: it has found its way to places that no seed leads to.
    assertTrue(files(corpus) > 2 * seeds.size(), said);
  }

  private int run(Path log, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:+EnableDynamicAgentLoading"));
    command.addAll(
        Arrays.stream(System.getProperty("millrace.jvm.flags", "").split(" "))
            .filter(flag -> !flag.isBlank())
            .toList());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + RecordFuzz.class.getName());
    command.add("--instrumentation_includes=io.millrace.discovery.**");
    command.add("-artifact_prefix=" + temporary + "/");
    // The heap has a limit; what else a JVM maps differs from machine to machine.
    command.add("-rss_limit_mb=0");
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .directory(temporary.toFile())
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
