package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The process that is in the way is named, whatever kind of lock it has. */
@ExtendWith(LeavesNothingOpen.class)
class LockHoldersTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long BYTE = 77;

  @TempDir Path temporary;

  @Test
  void theHolderOfALockIsNamedAndThisProcessIsNot() {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600);
        ChildProcess child = ChildProcess.start(Holder.class, temporary.toString())) {
      child.expectLine("holding", DEADLINE);
      assertTrue(DirectoryLock.tryShare(directory) == false, "the child has it alone");
      String java = "process " + child.pid() + " (java)";
      assertEquals(java, LockHolders.describe(directory.descriptor(), 0));
      assertEquals(java, LockHolders.describe(file, BYTE));
      assertTrue(OfdLock.tryLock(file, BYTE + 1));
      String nobody = "a process that the kernel does not name";
      assertEquals(nobody, LockHolders.describe(file, BYTE + 1));
      assertEquals(nobody, LockHolders.describe(file, BYTE - 1));
    }
  }

  /** Locks the directory and a byte of its file. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (Directory directory = Directory.open(Path.of(arguments[0]));
          Descriptor file = directory.openFile("file", true)) {
        boolean both = DirectoryLock.tryExclusive(directory) && OfdLock.tryLock(file, BYTE);
        System.out.println(both ? "holding" : "refused");
        System.out.println("end " + System.in.read());
      }
    }
  }
}
