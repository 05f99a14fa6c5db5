package io.millrace.ring;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Zygote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A {@link RingChild} as its parent sees it. */
final class RingProcess implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);

  /** Of all tests; ends with this process. */
  private static Zygote zygote;

  private final ChildProcess child;

  private RingProcess(ChildProcess child) {
    this.child = child;
  }

  /** A new process that has joined the ring. */
  static RingProcess joinedTo(Ring ring) {
    RingProcess process = start();
    process.join((int) ProcessHandle.current().pid(), ring.descriptors());
    return process;
  }

  static synchronized RingProcess start() {
    if (zygote == null) {
      String steps = "-Dio.millrace.ring.steps=" + StepGate.class.getName();
      zygote = OpenDescriptors.keep(() -> new Zygote(RingChild.class, steps));
    }
    return new RingProcess(zygote.fork());
  }

  void join(int pid, int... numbers) {
    run(
        "join "
            + pid
            + " "
            + Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
  }

  int pid() {
    return child.pid();
  }

  /** Has a command executed and returns its result. */
  String run(String command) {
    send(command);
    return finish(command);
  }

  void send(String command) {
    child.send(command);
  }

  /** Waits for the end of a command that was sent before. */
  String finish(String command) {
    return child.expectLine("done " + command.split(" ")[0], SOON);
  }

  /** Waits until a command that was sent before has failed with an exception. */
  void finishWithFailure(String command, String exception) {
    String failure = child.expectLine("failed " + command, SOON);
    if (!failure.contains(exception)) {
      throw new AssertionError(command + " failed with " + failure);
    }
  }

  /** Has a command executed up to a step, where the child stays until it is let go. */
  void runUpTo(Steps.Step step, int times, String command) {
    run("arm " + step + " " + times);
    send(command);
    awaitStop(step);
  }

  /** Waits until the child has stopped at a step that was armed before. */
  void awaitStop(Steps.Step step) {
    child.expectLine("stopped at " + step, SOON);
  }

  /** The child goes on behind the step where it stopped. */
  void go() {
    child.send("go");
  }

  /** The child goes on to the end of its command, if it does not come to that step before. */
  void goUnlessReached(Steps.Step step) {
    child.send("next " + step);
  }

  /** The child goes on and stops at another step of the same command. */
  void goUpTo(Steps.Step step) {
    child.send("next " + step);
    awaitStop(step);
  }

  void stop() {
    child.stop();
  }

  void resume() {
    child.resume();
  }

  /** Kills the process and returns what its consumers have got, as {@code id type seq how}. */
  List<Delivery> kill() {
    child.close();
    return deliveries();
  }

  List<Delivery> deliveries() {
    List<Delivery> got = new ArrayList<>();
    for (String line : child.printed()) {
      String[] words = line.split(" ");
      if (words[0].equals("got")) {
        got.add(
            new Delivery(
                Integer.parseInt(words[2]), Integer.parseInt(words[3]), words[4].equals("again")));
      }
    }
    return got;
  }

  @Override
  public void close() {
    child.close();
  }

  /** One record that a handler was given. */
  record Delivery(int type, int sequence, boolean again) {}
}
