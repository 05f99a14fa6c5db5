package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class MemfdTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int PAGE = Mapping.PAGE_SIZE;
  private static final int STATX_BLOCKS = 0x400;
  private static final long BLOCK = 512;

  @TempDir Path temporary;

  @Test
  void itsSizeIsFixedForEver() {
    try (Descriptor memfd = Memfd.create("sealed", 2 * PAGE)) {
      assertTrue(Memfd.isSealed(memfd));
      assertEquals(-Errno.EPERM, Libc.ftruncate(memfd.number(), PAGE));
      assertEquals(-Errno.EPERM, Libc.ftruncate(memfd.number(), 3 * PAGE));
      int sealWrite = 8;
      assertEquals(-Errno.EPERM, Libc.fcntl(memfd.number(), Libc.F_ADD_SEALS, sealWrite));
      assertEquals(2 * PAGE, memfd.status().size());
    }
  }

  @Test
  void itCanNeverBeRunWhereTheKernelKnowsHow() {
    assumeTrue(Files.exists(Path.of("/proc/sys/vm/memfd_noexec")), "Linux before 6.3");
    try (Descriptor memfd = Memfd.create("noexec", PAGE)) {
      assertEquals(0, memfd.status().permissions() & 0111);
      int sealExecutable = 0x20;
      int seals = Libc.fcntl(memfd.number(), Libc.F_GET_SEALS, 0);
      assertEquals(sealExecutable, seals & sealExecutable);
    }
  }

  @Test
  void allOfItIsAllocatedAtOnce() {
    try (Descriptor memfd = Memfd.create("allocated", 64 * PAGE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment statx = arena.allocate(256, 8);
      assertEquals(0, Libc.statx(memfd.number(), "", Libc.AT_EMPTY_PATH, STATX_BLOCKS, statx));
      assertEquals(64 * PAGE, BLOCK * statx.get(Native.LONG, 48));
    }
  }

  @Test
  void whatIsNotSealedIsNotTakenForIt() {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600);
        EventFd event = EventFd.create()) {
      assertFalse(Memfd.isSealed(file));
      assertFalse(Memfd.isSealed(event.descriptor()));
    }
  }

  @Test
  void moreThanTheMemoryThereIsFailsClearly() {
    SystemCallException failure =
        Refused.with(Errno.ENOMEM, () -> Memfd.create("huge", 1L << 46).close());
    assertTrue(failure.getMessage().contains("memfd huge of 70368744177664 bytes, but "));
    Refused.with(Errno.ENOMEM, () -> Memfd.requireRoom(1L << 46));
    Memfd.requireRoom(PAGE);
  }

  @Test
  void aNameOrSizeThatCannotBeIsRefusedInWords() {
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("x".repeat(250), PAGE).close());
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("odd", PAGE + 1).close());
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("empty", 0).close());
    assertThrows(IllegalArgumentException.class, () -> Memfd.create("negative", -PAGE).close());
    Memfd.create("x".repeat(249), PAGE).close();
  }

  @Test
  void aSizeAboveTheLimitOnFilesFailsClearlyAndLeavesNothingOpen() {
    Tools.assumeWorks("prlimit", "--fsize=unlimited", "true");
    expectFromChild("EFBIG", List.of("prlimit", "--fsize=" + PAGE), 4L * PAGE);
  }

  @Test
  void aFailedAllocationFailsClearlyAndLeavesNothingOpen() {
    expectFromChild("ENOSPC", injecting("fallocate", "error=ENOSPC"), PAGE);
  }

  @Test
  void aRefusedSealFailsClearlyAndLeavesNothingOpen() {
    List<String> wrapper = new ArrayList<>(injecting("fcntl", "error=EACCES"));
    wrapper.addAll(
        List.of(
            "-P",
            "/memfd:limited",
            "-P",
            "/memfd:limited (deleted)")); // Not what the JVM itself calls.
    expectFromChild("EACCES", wrapper, PAGE);
  }

  @Test
  void aKernelThatDoesNotKnowTheFlagIsAskedWithoutIt() {
    expectFromChild("sealed", injecting("memfd_create", "error=EINVAL:when=1"), PAGE);
  }

  @Test
  void aMachineThatForbidsExecutableMemoryIsNoHindrance() {
    String[] forbid = {
      "unshare",
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "sh",
      "-c",
      "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$@\"",
      "sh"
    };
    List<String> wrapper = List.of(forbid);
    List<String> trial = new ArrayList<>(wrapper);
    trial.add("true");
    Tools.assumeWorks(trial.toArray(String[]::new));
    expectFromChild("sealed", wrapper, PAGE);
  }

  private static List<String> injecting(String call, String fault) {
    Tools.assumeWorks("strace", "-f", "-e", "trace=none", "true");
    return Tools.injecting(call, fault);
  }

  private static void expectFromChild(String outcome, List<String> wrapper, long size) {
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), Creator.class, "" + size)) {
      assertEquals("[]", child.expectLine("left ", SOON), () -> "" + child.printed());
      String said = child.expectLine("outcome ", SOON);
      assertTrue(said.contains(outcome), said);
    }
  }

  /** Creates a memfd, and tells how that went and what it left open when closed. */
  static final class Creator {
    public static void main(String[] arguments) {
      try (Descriptor warmUp = EventFd.create().descriptor()) {
        warmUp.status();
      }
      String outcome;
      Map<Integer, String> before = OpenDescriptors.now();
      try (Descriptor memfd = Memfd.create("limited", Long.parseLong(arguments[0]))) {
        outcome = Memfd.isSealed(memfd) ? "sealed" : "not sealed";
      } catch (SystemCallException failure) {
        outcome = failure.getMessage();
      }
      Map<Integer, String> left = OpenDescriptors.now();
      left.entrySet().removeAll(before.entrySet());
      System.out.println("left " + left.entrySet());
      System.out.println("outcome " + outcome);
    }
  }
}
