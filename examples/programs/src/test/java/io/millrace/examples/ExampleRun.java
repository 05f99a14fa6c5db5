package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.start.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An example, run as {@code ./examples/run} runs it, with a registry of its own. */
public final class ExampleRun implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 90;

  private final Process process;
  private final Path output;

  private ExampleRun(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Makes a directory that a registry accepts as its root. */
  public static Path makeRoot(Path folder) throws IOException {
    return Files.createDirectory(
        folder.resolve("root"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Starts an example whose registry is there. What it prints goes to a file beside it. */
  public static ExampleRun start(Path root, Path folder, String... arguments) throws IOException {
    return startUnder(List.of(), root, folder, arguments);
  }

  /** Starts an example under another program, which becomes it. */
  public static ExampleRun startUnder(
      List<String> wrapper, Path root, Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("millrace.jvm.flags").split(" ")));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("-Dmillrace.home=" + Path.of("../..").toAbsolutePath().normalize());
    command.add(Examples.class.getName());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "run", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("MILLRACE_DIR", root.toString());
    return new ExampleRun(builder.start(), output);
  }

  public Process process() {
    return process;
  }

  /** What it printed, once it has ended. */
  public String output() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("still running; so far:\n" + Files.readString(output));
    }
    return Files.readString(output);
  }

  /** It ended well, and its last line is as it should be. */
  public Matcher assertSuccess(Pattern lastLine) throws IOException, InterruptedException {
    String text = output();
    List<String> lines = text.lines().toList();
    Matcher last = lastLine.matcher(lines.get(lines.size() - 1));
    assertTrue(last.matches(), text);
    assertEquals(0, process.exitValue(), text);
    return last;
  }

  public static void assertEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
