package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.discovery.Registry;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Parties in processes of their own, for the tests; they must leave no files behind. */
abstract class ProcessParties {
  static final Duration DEADLINE = Duration.ofSeconds(60);
  static final String NAME = "meeting";

  @TempDir Path directory;
  Registry registry;
  private Path root;
  private final List<ChildProcess> children = new ArrayList<>();

  @BeforeEach
  void openRegistry() {
    root = directory.resolve("registry");
    registry = Registry.open(root);
  }

  @AfterEach
  void leavesNoFilesBehind() {
    children.forEach(ChildProcess::close);
    registry.close();
    // One whose wrapper was killed dies a little later.
    Eventually.await("nothing is left in " + root, DEADLINE, this::isEmptyOnceLookedAt);
  }

  /** Looking takes away what the dead have left, as everybody does who looks. */
  private boolean isEmptyOnceLookedAt() {
    try (Registry cleaner = Registry.open(root)) {
      cleaner.list();
    }
    try (Stream<Path> files = Files.list(root)) {
      return files.findAny().isEmpty();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  ChildProcess start(int parties, long spinNanos) throws IOException {
    return startUnder(List.of(), parties, spinNanos);
  }

  ChildProcess startUnder(List<String> wrapper, int parties, long spinNanos) throws IOException {
    ChildProcess child =
        ChildProcess.startUnder(
            wrapper,
            List.of(),
            PartyProcess.class,
            PartyProcess.arguments(root, NAME, parties, spinNanos));
    children.add(child);
    return child;
  }

  List<ChildProcess> join(int count, int parties, long spinNanos) throws IOException {
    List<ChildProcess> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(start(parties, spinNanos));
    }
    return joined(started);
  }

  /** Lets children join that have been started. */
  static List<ChildProcess> joined(List<ChildProcess> started) {
    started.forEach(child -> child.expectLine("ready", DEADLINE));
    started.forEach(child -> child.send("join"));
    started.forEach(child -> child.expectLine("done join", DEADLINE));
    return started;
  }

  Barrier joinHere(int parties) {
    return Barrier.createOrJoin(registry, NAME, parties).spin(Duration.ZERO);
  }

  static String reply(ChildProcess child, String command, String prefix) {
    child.send(command);
    return child.expectLine(prefix, DEADLINE);
  }

  static void awaitArrived(Barrier barrier, int count) {
    Eventually.await(count + " arrived", DEADLINE, () -> barrier.arrived() == count);
  }

  static String brokenMessage(Barrier barrier) {
    return assertThrows(BrokenBarrierException.class, barrier::await).getMessage();
  }
}
