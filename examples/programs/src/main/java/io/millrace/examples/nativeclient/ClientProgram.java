package io.millrace.examples.nativeclient;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.IoUtil;

/** The program in {@code src/main/c}, compiled, and the processes that run it. */
final class ClientProgram implements AutoCloseable {
  private static final String GCC = "gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o";

  private final Path folder;
  private final Path root;
  private final String ringName;
  private final List<Process> running = new ArrayList<>();

  private ClientProgram(Path folder, Path root, String ringName) {
    this.folder = folder;
    this.root = root;
    this.ringName = ringName;
  }

  /** Compiles it, for a ring that is going to be published under a name. */
  static ClientProgram compile(Path root, String ringName)
      throws IOException, InterruptedException {
    ClientProgram program =
        new ClientProgram(Files.createTempDirectory("native-client"), root, ringName);
    List<String> command = new ArrayList<>(List.of(GCC.split(" ")));
    command.add(program.path());
    Path home = Path.of(System.getProperty("millrace.home", "."));
    try (Stream<Path> files = Files.list(home.resolve("examples/programs/src/main/c"))) {
      files.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().forEach(command::add);
    }
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      program.close();
      throw new IllegalStateException("gcc could not compile the client");
    }
    return program;
  }

  private String path() {
    return folder.resolve("client").toString();
  }

  Process start(Object... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(path(), root.toString(), ringName));
    for (Object word : words) {
      command.add(word.toString());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    running.add(process);
    return process;
  }

  /** Waits for the end, and returns the last line that was printed. */
  static String finish(Process process, int expected) throws IOException, InterruptedException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream()))) {
      String last = "";
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        last = line;
      }
      int status = process.waitFor();
      if (status != expected) {
        throw new IllegalStateException("the client ended with status " + status);
      }
      return last;
    }
  }

  /** Ends all processes and removes the program. */
  @Override
  public void close() {
    running.forEach(process -> process.destroyForcibly().onExit().join());
    IoUtil.delete(folder.toFile(), true);
  }
}
