package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class DirectoryLockTest {
  @TempDir Path temporary;

  @Test
  void manyShareItAndNobodyHasItAloneMeanwhile() {
    try (Directory second = Directory.open(temporary)) {
      try (Directory first = Directory.open(temporary)) {
        assertTrue(DirectoryLock.tryShare(first));
        assertTrue(DirectoryLock.tryShare(second));
        assertFalse(DirectoryLock.tryExclusive(second));
        assertTrue(DirectoryLock.tryShare(second));
      }
      assertTrue(DirectoryLock.tryExclusive(second));
      try (Directory third = Directory.open(temporary)) {
        assertFalse(DirectoryLock.tryShare(third));
      }
    }
  }

  @Test
  void theKernelReleasesTheShareOfAKilledProcess() {
    try (ChildProcess child = ChildProcess.start(Sharer.class, temporary.toString());
        Directory directory = Directory.open(temporary)) {
      child.expectLine("sharing", Duration.ofSeconds(60));
      assertFalse(DirectoryLock.tryExclusive(directory));
      child.kill();
      assertTrue(DirectoryLock.tryExclusive(directory));
    }
  }

  /** Shares the lock until it is killed. */
  static final class Sharer {
    public static void main(String[] arguments) throws IOException {
      try (Directory directory = Directory.open(Path.of(arguments[0]))) {
        System.out.println(DirectoryLock.tryShare(directory) ? "sharing" : "refused");
        System.out.println("end " + System.in.read());
      }
    }
  }
}
