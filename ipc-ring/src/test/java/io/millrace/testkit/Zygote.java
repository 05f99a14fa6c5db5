package io.millrace.testkit;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java process that is started once and then forked: a child costs milliseconds where a JVM of
 * its own costs the better part of a second. The children are processes like any other, with memory
 * and descriptors of their own, and can be killed and stopped.
 *
 * <p>A forked JVM has one thread only. So it interprets, never collects garbage and has nothing
 * else that needs the JVM's own threads; and it must not start threads or use {@code Runtime.exit}.
 * See {@link ZygoteMain} for the other side.
 *
 * <p>Any thread may use it. It, and with it all children, dies with the process that started it.
 */
public final class Zygote implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Until a child is there; it takes a millisecond. */
  private static final Duration BIRTH = Duration.ofSeconds(10);

  private static final int MOST_TRIES = 5;

  private final ChildProcess parent;
  private final String name;

  /**
   * Starts a zygote and warms it up.
   *
   * @param forked what its children do
   * @param jvmFlags further flags of the JVM
   */
  public Zygote(Class<? extends Forked> forked, String... jvmFlags) {
    name = forked.getSimpleName();
    List<String> flags = new ArrayList<>(List.of("-Xint", "-Xms128m"));
    flags.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions"));
    flags.addAll(List.of("-XX:-UseSerialGC", "-XX:+UseEpsilonGC"));
    // Safepoints that the JVM would make by itself: no fork must fall into one.
    flags.add("-XX:GuaranteedAsyncDeflationInterval=0");
    flags.addAll(List.of(jvmFlags));
    parent = ChildProcess.startUnder(List.of(), flags, ZygoteMain.class, forked.getName());
    parent.expectLine("warm", SOON);
  }

  /**
   * Makes a child.
   *
   * @param arguments what its {@link Forked#run} gets; without blanks
   * @return the child, which is talked to as any other
   */
  public synchronized ChildProcess fork(String... arguments) {
    try {
      Path directory = Files.createTempDirectory("fork");
      Path input = directory.resolve("in");
      Path output = directory.resolve("out");
      String told = "fork " + input + " " + output + " " + String.join(" ", arguments);
      int pid = forkOneThatLives(told, input, output);
      // In this order: each end waits for the other, and the child opens in this order, too.
      FileOutputStream to = new FileOutputStream(input.toFile());
      FileInputStream from = new FileInputStream(output.toFile());
      Files.delete(input);
      Files.delete(output);
      Files.delete(directory);
      return new ChildProcess(new ForkedProcess(this, pid, to, from), name);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * However seldom the zygote's JVM stops its threads, it may do so right then; and in the child
   * nobody is left to let the one that has forked go on.
   */
  private int forkOneThatLives(String told, Path input, Path output) throws IOException {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      int pid = Integer.parseInt(ask(told));
      if (Eventually.holdsWithin(BIRTH, () -> Files.exists(input))) {
        return pid;
      }
      ask("kill " + pid);
      Files.deleteIfExists(input);
      Files.deleteIfExists(output);
    }
    throw new AssertionError(MOST_TRIES + " forks of " + name + " stood still");
  }

  /** Has the zygote do something about its children, and returns what it answers. */
  synchronized String ask(String command) {
    parent.send(command);
    return parent.expectLine("answer", SOON);
  }

  boolean isAlive() {
    return parent.isAlive();
  }

  /** Ends the zygote and all its children. */
  @Override
  public void close() {
    parent.close();
  }
}
