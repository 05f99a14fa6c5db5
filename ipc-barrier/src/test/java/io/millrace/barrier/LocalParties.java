package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Parties of one process, for the tests; they must leave nothing behind. */
abstract class LocalParties {
  static final Duration DEADLINE = Duration.ofSeconds(60);

  private final List<Barrier> open = new ArrayList<>();
  private Map<Integer, String> before;

  @BeforeEach
  void countDescriptors() {
    before = OpenDescriptors.now();
  }

  @AfterEach
  void leavesNothingBehind() {
    open.forEach(Barrier::close);
    OpenDescriptors.assertNoneBeside(before);
    assertEquals(0, OpenDescriptors.mappings("millrace-barrier"));
  }

  List<Barrier> parties(int count) {
    Barrier first = Barrier.create(count);
    open.add(first);
    List<Barrier> all = new ArrayList<>(List.of(first));
    while (all.size() < count) {
      all.add(join(first));
    }
    return all;
  }

  Barrier join(Barrier other) {
    Barrier joined = Barrier.join(other.descriptors());
    open.add(joined);
    return joined;
  }

  static <T> FutureTask<T> inThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task, "party").start();
    return task;
  }

  static <T extends Throwable> T failure(Class<T> type, FutureTask<?> task) {
    Throwable cause =
        assertThrows(ExecutionException.class, () -> task.get(30, TimeUnit.SECONDS)).getCause();
    return assertInstanceOf(type, cause);
  }

  /** Until so many parties have arrived; those who spin not at all are about to sleep then. */
  static void awaitArrived(Barrier barrier, int count) {
    Eventually.await(count + " arrived", DEADLINE, () -> barrier.arrived() == count);
  }
}
