package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.TurnsLayout;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import io.millrace.os.OfdLock;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody waits without end for another process, which is named where it is in the way. */
class PatienceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  /** Has the directory to itself, as a process has that is stopped while it closes a registry. */
  static final class DirectoryHog {
    public static void main(String[] arguments) throws Exception {
      try (Directory directory = Directory.open(Path.of(arguments[0]))) {
        System.out.println(DirectoryLock.tryExclusive(directory) ? "locked" : "refused");
        System.in.read();
      }
    }
  }

  /** Locks one byte of a file in the directory, and stays. */
  static final class ByteHog {
    public static void main(String[] arguments) throws Exception {
      try (Directory directory = Directory.open(Path.of(arguments[0]));
          Descriptor file = directory.openFile(arguments[1], true)) {
        boolean locked = OfdLock.tryLock(file, Long.parseLong(arguments[2]));
        System.out.println(locked ? "locked" : "refused");
        System.in.read();
      }
    }
  }

  private static Throwable failureOf(Callable<?> call) throws Exception {
    FutureTask<Object> task = new FutureTask<>(call::call);
    Thread thread = new Thread(task, "impatient");
    thread.setDaemon(true);
    thread.start();
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> task.get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    return failure.getCause();
  }

  private static void assertNames(ChildProcess hog, Throwable failure) {
    String message = failure.getMessage();
    assertTrue(message.contains("process " + hog.pid()), message);
    assertTrue(message.contains("resume or kill"), message);
  }

  @Test
  void openingARegistryEndsWithTheNameOfTheProcessThatHasItsDirectoryLocked() throws Exception {
    var before = OpenDescriptors.now();
    try (ChildProcess hog = ChildProcess.start(DirectoryHog.class, root.toString())) {
      hog.expectLine("locked", DEADLINE);
      Throwable failure = failureOf(() -> Registry.open(root));
      assertNames(hog, assertInstanceOf(RootException.class, failure));
      RegistryOptions options = RegistryOptions.defaults().root(root);
      assertNames(hog, failureOf(() -> RegistryView.open(options)));
    }
    OpenDescriptors.assertNoneBeside(before);
    Registry.open(root).close();
  }

  @Test
  void publishingEndsWithTheNameOfTheProcessThatHasTheTurn() throws Exception {
    try (Registry registry = Registry.open(root)) {
      registry.publish(ServiceSpec.named("other"));
      String counter = Integer.toString(TurnsLayout.counterOf("x"));
      try (ChildProcess hog =
          ChildProcess.start(ByteHog.class, root.toString(), HiddenNames.TURNS, counter)) {
        hog.expectLine("locked", DEADLINE);
        assertNames(hog, failureOf(() -> registry.publish(ServiceSpec.named("x"))));
      }
      registry.publish(ServiceSpec.named("x"));
    }
  }

  @Test
  void publishingEndsWithTheNameOfTheProcessThatRemovesTheRecordOfADeadPublisher()
      throws Exception {
    String cleanerLock = Long.toString(RecordLayout.CLEANER_LOCK);
    try (Registry registry = Registry.open(root)) {
      registry.publish(ServiceSpec.named("x")).handOver();
      assertTrue(Files.exists(root.resolve("x")));
      try (ChildProcess hog =
          ChildProcess.start(ByteHog.class, root.toString(), "x", cleanerLock)) {
        hog.expectLine("locked", DEADLINE);
        assertNames(hog, failureOf(() -> registry.publish(ServiceSpec.named("x"))));
      }
      registry.publish(ServiceSpec.named("x"));
    }
  }
}
