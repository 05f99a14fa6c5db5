package io.millrace.perf.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of one trial: starts its processes, and leaves none of them and no file behind.
 *
 * <p>Used by one thread.
 */
public final class Fork implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Plan plan;
  private final List<ChildJvm> children = new ArrayList<>();
  private final List<String> flags;
  private final Thread cleaner = new Thread(this::cleanUpAtExit, "clean-up");

  /** Null until it is made; guarded by this. */
  private Path directory;

  /** No file and no process is to come any more; guarded by this. */
  private boolean ended;

  Fork(Plan plan) throws IOException {
    this(plan, Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** With its directory in this one. */
  Fork(Plan plan, Path parent) throws IOException {
    this.plan = plan;
    flags = new ArrayList<>(JvmFlags.ALL);
    flags.addAll(plan.jvmFlags());
    // First: a JVM that is ending refuses the hook, and one that ends from here on runs it.
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      makeDirectory(parent);
    } catch (IOException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private synchronized void makeDirectory(Path parent) throws IOException {
    requireNotEnded();
    directory = Files.createTempDirectory(parent, "millrace-perf-");
  }

  private void requireNotEnded() {
    if (ended) {
      throw new IllegalStateException("the trial has ended, or this JVM is ending: start it anew");
    }
  }

  /**
   * What the user asked for.
   *
   * @return the plan
   */
  public Plan plan() {
    return plan;
  }

  /**
   * A new empty directory in memory (tmpfs).
   *
   * @return its path
   */
  public synchronized Path directory() {
    return directory;
  }

  /**
   * Starts further processes with more flags.
   *
   * @param more flags of the java command
   */
  public void addFlags(List<String> more) {
    flags.addAll(more);
  }

  /**
   * Starts a process.
   *
   * @param name what it is called in messages, unique in this fork
   * @param role what it does
   * @param cpus the processors that its main thread is pinned to; empty for not pinned
   * @param arguments for the role; {@code directory} is added
   * @return the process
   * @throws IOException if it cannot be started
   * @throws IllegalStateException if this was closed, or this JVM is ending
   */
  public ChildJvm start(
      String name, Class<? extends Role> role, List<Integer> cpus, Map<String, ?> arguments)
      throws IOException {
    return startUnder(List.of(), name, role, cpus, arguments);
  }

  /**
   * Starts a process by another program, which does something first and becomes it then.
   *
   * @param program that program and its own arguments
   * @param name what it is called in messages, unique in this fork
   * @param role what it does
   * @param cpus the processors that its main thread is pinned to; empty for not pinned
   * @param arguments for the role; {@code directory} is added
   * @return the process
   * @throws IOException if it cannot be started
   * @throws IllegalStateException if this was closed, or this JVM is ending
   */
  public synchronized ChildJvm startUnder(
      List<String> program,
      String name,
      Class<? extends Role> role,
      List<Integer> cpus,
      Map<String, ?> arguments)
      throws IOException {
    requireNotEnded();
    List<String> command = new ArrayList<>(program);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(RoleMain.class.getName());
    command.add(role.getName());
    command.add(cpus.stream().map(String::valueOf).collect(Collectors.joining(",")));
    command.add("directory=" + directory);
    arguments.forEach((key, value) -> command.add(key + "=" + value));
    ChildJvm child =
        new ChildJvm(name, command, directory.resolve(name.replace(' ', '-') + ".err"));
    children.add(child);
    return child;
  }

  /** Kills what still runs and deletes the directory. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (IllegalStateException shuttingDown) {
      return; // Then the hook does it.
    }
    cleanUp();
  }

  private synchronized void cleanUp() throws IOException {
    ended = true;
    children.forEach(ChildJvm::close);
    if (directory == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Also when the user interrupts: no process and no file stays behind. */
  private void cleanUpAtExit() {
    try {
      cleanUp();
    } catch (IOException failure) {
      System.err.println("left behind: " + directory() + ": " + failure.getMessage());
    }
  }
}
