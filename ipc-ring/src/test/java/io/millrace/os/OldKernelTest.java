package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OldKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The testkit's Linux 5.4 lacks what is newer, and nothing else. */
class OldKernelTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void whatIsNewerFailsAsItDidAndTheRestWorks() {
    try (ChildProcess child =
        ChildProcess.startUnder(OldKernel.command(), List.of(), Caller.class)) {
      for (String call : List.of("openat2", "pidfd_getfd", "close_range", "faccessat2", "mseal")) {
        assertEquals("ENOSYS", child.expectLine(call + " ", SOON));
      }
      assertEquals("EINVAL", child.expectLine("memfd_create noexec ", SOON));
      assertEquals("EINVAL", child.expectLine("pidfd_open nonblock ", SOON));
      assertEquals("EINVAL", child.expectLine("membarrier rseq ", SOON));
      assertEquals("EINVAL", child.expectLine("seal exec ", SOON));
      assertEquals("EINVAL", child.expectLine("duplicate query ", SOON));
      assertEquals("true", child.expectLine("memfd as of old ", SOON));
      assertEquals("fine", child.expectLine("pidfd ", SOON));
      assertEquals(0, child.awaitExit(SOON), () -> "" + child.printed());
    }
  }

  /** Makes calls and tells how they end. */
  static final class Caller {
    private static final MethodHandle SYSCALL =
        Native.bindVariadic(
            "syscall", 1, Native.LONG, Native.LONG, Native.LONG, Native.LONG, Native.LONG);

    public static void main(String[] arguments) {
      tell("openat2", call(437, 0, 0, 0));
      tell("pidfd_getfd", call(438, 0, 0, 0));
      tell("close_range", call(436, 1000, 1000, 0));
      tell("faccessat2", call(439, 0, 0, 0));
      tell("mseal", call(462, 0, 0, 0));
      MemorySegment name = Arena.global().allocateFrom("x");
      tell("memfd_create noexec", call(Native.AARCH64 ? 279 : 319, name.address(), 8, 0));
      tell("pidfd_open nonblock", call(434, Credentials.pid(), 0x800, 0));
      tell("membarrier rseq", call(Native.AARCH64 ? 283 : 324, 1 << 8, 0, 0));
      try (Descriptor memfd = Memfd.create("old", Mapping.PAGE_SIZE)) {
        tell("seal exec", Libc.fcntl(memfd.number(), Libc.F_ADD_SEALS, 0x20));
        tell("duplicate query", Libc.fcntl(memfd.number(), 1027, memfd.number()));
        boolean executable = (memfd.status().permissions() & 0111) != 0;
        System.out.println("memfd as of old " + (Memfd.isSealed(memfd) && executable));
      }
      PidFd.open(Credentials.pid()).close();
      System.out.println("pidfd fine");
    }

    private static void tell(String what, long result) {
      System.out.println(what + " " + (result < 0 ? Errno.name((int) -result) : "worked"));
    }

    private static long call(long number, long first, long second, long third) {
      MemorySegment state = Native.state();
      try {
        return Native.result(
            (long) SYSCALL.invokeExact(state, number, first, second, third), state);
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }
  }
}
