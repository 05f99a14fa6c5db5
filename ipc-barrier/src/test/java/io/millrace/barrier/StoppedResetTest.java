package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Transfer;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that no interrupt ends, beside a party whose process is stopped in the middle of its reset:
 * they end in their patience with a sentence that names that process, keep the interrupt, and do
 * not spin meanwhile, on threads of both kinds.
 */
@Timeout(120)
class StoppedResetTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  @TempDir Path root;

  private static FutureTask<Boolean> startInterrupted(boolean virtual, Callable<?> call) {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              try {
                call.call();
              } catch (IllegalStateException | DiscoveryException failure) {
                if (!Thread.interrupted()) {
                  throw new AssertionError("the interrupt was lost", failure);
                }
                throw failure;
              }
              return Thread.interrupted();
            });
    Thread thread =
        virtual ? Thread.ofVirtual().unstarted(task) : Thread.ofPlatform().daemon().unstarted(task);
    thread.start();
    return task;
  }

  private static boolean isStopped(int pid) {
    try {
      String status = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return status.substring(status.lastIndexOf(')') + 2).startsWith("T");
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  @Test
  void whatNoInterruptEndsEndsBesideAStoppedPartyWithoutSpinning() throws Exception {
    try (Registry registry = Registry.open(root);
        Registry joiner =
            Registry.open(RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET));
        Barrier one = Barrier.createOrJoin(registry, "b", 3);
        Barrier other = Barrier.createOrJoin(registry, "b", 3);
        ChildProcess stopped =
            ChildProcess.start(StoppingProcess.class, root.toString(), "b", "c")) {
      stopped.expectLine("joined", DEADLINE);
      assertThrows(TimeoutException.class, () -> one.await(Duration.ofSeconds(0)));
      stopped.send("go");
      stopped.expectLine("stopping", DEADLINE);
      Eventually.await("stopped", DEADLINE, () -> isStopped(stopped.pid()));

      long start = System.nanoTime();
      long used = SYSTEM.getProcessCpuTime();
      Map<String, FutureTask<Boolean>> calls = new LinkedHashMap<>();
      calls.put("reset", startInterrupted(false, reset(one)));
      calls.put("reset, virtual", startInterrupted(true, reset(other)));
      calls.put("createOrJoin", startInterrupted(false, join(joiner)));
      calls.put("createOrJoin, virtual", startInterrupted(true, join(joiner)));
      for (Map.Entry<String, FutureTask<Boolean>> call : calls.entrySet()) {
        Throwable failure =
            assertThrows(
                    ExecutionException.class,
                    () -> call.getValue().get(DEADLINE.toSeconds(), TimeUnit.SECONDS),
                    call.getKey())
                .getCause();
        boolean isJoin = call.getKey().startsWith("createOrJoin");
        Class<?> expected = isJoin ? DiscoveryException.class : IllegalStateException.class;
        assertTrue(expected.isInstance(failure), () -> call.getKey() + ": " + failure);
        String message = failure.getMessage();
        assertTrue(message.contains(isJoin ? "c" : "resume or kill"), message);
        assertTrue(message.contains("process " + stopped.pid()), message);
      }
      long wall = System.nanoTime() - start;
      long processor = SYSTEM.getProcessCpuTime() - used;
      assertTrue(
          processor < wall / 4,
          "four calls that wait used " + processor + " ns of processor in " + wall + " ns");

      stopped.resume();
      stopped.send("go on");
      stopped.expectLine("reset", DEADLINE);
      one.reset(); // It does nothing: another one was faster.
      assertFalse(one.isBroken());
      assertEquals(1, one.generation());
      stopped.send("leave");
    }
  }

  /** Its publisher is stopped as well. */
  private static Callable<Void> join(Registry registry) {
    return () -> {
      Barrier.createOrJoin(registry, "c", 2).close();
      return null;
    };
  }

  private static Callable<Void> reset(Barrier party) {
    return () -> {
      party.reset();
      return null;
    };
  }
}
