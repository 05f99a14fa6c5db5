package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What those who wait cost the machine. */
@Timeout(180)
class SleepTest extends ProcessParties {
  /** Of a hundredth of a second each; something for the JVM's own threads. */
  private static final long TICKS_ALLOWED = 5;

  @Test
  void thoseWhoSleepUseNoProcessorTime() throws Exception {
    List<ChildProcess> sleepers = join(2, 3, 0);
    try (Barrier here = joinHere(3)) {
      sleepers.forEach(child -> child.send("await"));
      awaitArrived(here, 2);
      for (ChildProcess sleeper : sleepers) {
        Eventually.await("all threads sleep", DEADLINE, () -> isAsleep(sleeper.pid()));
      }
      long before = ticks(sleepers);
      long start = System.nanoTime();
      Eventually.await(
          "a second is over", DEADLINE, () -> System.nanoTime() - start > 1_000_000_000L);
      long used = ticks(sleepers) - before;
      assertTrue(used <= TICKS_ALLOWED, used + " ticks in a second of sleep");
      here.await();
      sleepers.forEach(child -> child.expectLine("index", DEADLINE));
    }
  }

  private static boolean isAsleep(int pid) {
    return Signals.states(pid).stream().allMatch("S"::equals);
  }

  /** The processor time of all of them, in user and kernel mode. */
  private static long ticks(List<ChildProcess> processes) throws IOException {
    long sum = 0;
    for (ChildProcess process : processes) {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      sum += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return sum;
  }
}
