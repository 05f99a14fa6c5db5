package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class OfdLockTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path temporary;
  private Directory directory;
  private Descriptor file;

  @BeforeEach
  void open() {
    directory = Directory.open(temporary);
    file = directory.createFile("locked", 0600);
  }

  @AfterEach
  void close() {
    file.close();
    directory.close();
  }

  @Test
  void descriptionsOfOneProcessExcludeEachOther() {
    try (Descriptor other = file.reopen()) {
      assertTrue(OfdLock.tryLock(file, 7));
      assertTrue(OfdLock.tryLock(file, 7), "taking it again is no error");
      assertFalse(OfdLock.tryLock(other, 7));
      assertTrue(OfdLock.isHeldByAnother(other, 7));
      assertFalse(OfdLock.isHeldByAnother(file, 7), "its own lock is not seen");
      OfdLock.unlock(file, 7);
      assertFalse(OfdLock.isHeldByAnother(other, 7));
      assertTrue(OfdLock.tryLock(other, 7));
    }
  }

  @Test
  void everyByteIsALockOfItsOwn() {
    long far = 1L << 40;
    try (Descriptor other = file.reopen()) {
      assertTrue(OfdLock.tryLock(file, 7));
      assertTrue(OfdLock.tryLock(file, far));
      assertTrue(OfdLock.tryLock(other, 6));
      assertTrue(OfdLock.tryLock(other, 8));
      assertTrue(OfdLock.isHeldByAnother(other, far));
      assertFalse(OfdLock.isHeldByAnother(other, far + 1));
      OfdLock.unlock(file, 7);
      assertTrue(OfdLock.isHeldByAnother(other, far), "unlocking one byte frees no other");
    }
  }

  @Test
  void lookingTakesNothingAndNeedsNoRightToWrite() {
    try (Descriptor other = file.reopen();
        Descriptor readOnly = directory.openFile("locked", false)) {
      assertFalse(OfdLock.isHeldByAnother(readOnly, 0));
      assertFalse(OfdLock.isHeldByAnother(other, 0));
      assertTrue(OfdLock.tryLock(file, 0));
      assertTrue(OfdLock.isHeldByAnother(readOnly, 0));
      Refused.with(Errno.EBADF, () -> OfdLock.tryLock(readOnly, 1));
    }
  }

  @Test
  void closingTheLastDescriptorOfTheDescriptionReleases() {
    Descriptor owner = file.reopen();
    Descriptor duplicate = owner.duplicate();
    assertTrue(OfdLock.tryLock(owner, 0));
    owner.close();
    assertTrue(OfdLock.isHeldByAnother(file, 0), "a duplicate keeps it");
    duplicate.close();
    assertFalse(OfdLock.isHeldByAnother(file, 0));
  }

  @Test
  void closingAnotherDescriptorOfTheFileReleasesNothing() {
    Descriptor owner = file.reopen();
    assertTrue(OfdLock.tryLock(owner, 0));
    file.reopen().close();
    assertTrue(OfdLock.isHeldByAnother(file, 0));
    owner.close();
  }

  @Test
  void theKernelReleasesTheLocksOfAKilledProcess() {
    try (ChildProcess child = holder(List.of())) {
      child.expectLine("holding", SOON);
      assertTrue(OfdLock.isHeldByAnother(file, 3));
      assertFalse(OfdLock.tryLock(file, 3));
      child.kill();
      assertFalse(OfdLock.isHeldByAnother(file, 3), "no time passes after the death");
      assertTrue(OfdLock.tryLock(file, 3));
    }
  }

  @Test
  void aStoppedProcessKeepsItsLocks() {
    try (ChildProcess child = holder(List.of())) {
      child.expectLine("holding", SOON);
      child.stop();
      assertTrue(OfdLock.isHeldByAnother(file, 3));
    }
  }

  @Test
  void aZombieHoldsNoLocks() {
    // The shell becomes a program that never waits for its child, so that the child stays a zombie.
    String script = "exec 3<&0; \"$@\" <&3 & exec cat >/dev/null";
    try (ChildProcess parent = holder(List.of("sh", "-c", script, "sh"))) {
      int pid = Integer.parseInt(parent.expectLine("holding", SOON));
      assertTrue(OfdLock.isHeldByAnother(file, 3));
      Signals.send("KILL", pid);
      Eventually.await("a zombie", SOON, () -> Signals.states(pid).equals(List.of("Z")));
      assertFalse(OfdLock.isHeldByAnother(file, 3));
      assertTrue(OfdLock.tryLock(file, 3));
      assertEquals(List.of("Z"), Signals.states(pid));
    }
  }

  @Test
  void theDeadOwnersLockOutlivesItInWhoeverFetchedItsDescriptor() {
    try (ChildProcess child = holder(List.of());
        Descriptor process = PidFd.open(child.pid())) {
      child.expectLine("holding", SOON);
      int number = Integer.parseInt(child.expectLine("descriptor", SOON));
      try (Descriptor fetched = PidFd.copyDescriptor(process, number, "its lock")) {
        child.kill();
        assertTrue(OfdLock.isHeldByAnother(file, 3), "so it must never be shared: " + fetched);
      }
      assertFalse(OfdLock.isHeldByAnother(file, 3));
    }
  }

  private ChildProcess holder(List<String> wrapper) {
    return ChildProcess.startUnder(wrapper, List.of(), Holder.class, temporary.toString());
  }

  /** Holds byte 3 until it is killed. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (Directory directory = Directory.open(Path.of(arguments[0]));
          Descriptor file = directory.openFile("locked", true)) {
        if (OfdLock.tryLock(file, 3)) {
          System.out.println("holding " + Credentials.pid());
          System.out.println("descriptor " + file.number());
        }
        int end = System.in.read();
        System.out.println("end " + end);
      }
    }
  }
}
