package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.os.Descriptor;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A caller that cannot get what it needs from the system is told so; nothing is left open or taken
 * by it.
 */
@ExtendWith(LeavesNothingOpen.class)
class RingExhaustionTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long MARGIN = 64 << 20;

  @Test
  void withoutDescriptorsEverythingFailsClearlyAndLeavesNothing() {
    Tools.assumeWorks("prlimit", "--nofile=100", "--fsize=1000000", "true");
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(3));
        Producer producer = ring.addProducer();
        ChildProcess child =
            start(ring, "descriptors", "prlimit", "--nofile=100", "--fsize=1000000")) {
      for (String call : RingExhaustion.calls(null).keySet()) {
        String outcome = child.expectLine(call + ": ", SOON);
        boolean waits = call.equals("sleep") || call.equals("press");
        assertEquals(waits ? "worked, left {}" : "EMFILE, left {}", outcome, call);
        while (!outcome.equals("enough")) {
          outcome = child.expectLine(call + ": ", SOON);
          assertTrue(outcome.endsWith("left {}") || outcome.equals("enough"), call + outcome);
          assertTrue(!waits || !outcome.startsWith("E"), call + outcome);
        }
      }
      assertEquals("0", child.expectLine("watches ", SOON));
      assertEquals("1", child.expectLine("watches ", SOON), "the parent is not watched");
      assertEquals("EFBIG", child.expectLine("too large: ", SOON));
      assertEquals("{}", child.expectLine("at the end left ", SOON));
      child.expectLine("all places can be used", SOON);
      assertEquals(1, ring.counters().producers().size());
      assertFalse(producer.isClosed());
    }
  }

  @Test
  void withoutAddressSpaceARingIsNeitherMadeNorJoined() throws IOException {
    Tools.assumeWorks("prlimit", "--as=" + (1L << 40) + ":", "true");
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Producer producer = ring.addProducer();
        ChildProcess child = start(ring, "memory")) {
      child.expectLine("limit", SOON);
      limit(child, Long.toString(addressSpace(child) + MARGIN));
      child.send("go");
      assertEquals("ENOMEM", child.expectLine("create: ", SOON));
      assertEquals("ENOMEM", child.expectLine("join: ", SOON));
      child.expectLine("lift", SOON);
      limit(child, "unlimited");
      child.send("go");
      String left = child.expectLine("left ", SOON);
      assertEquals("{}", left);
      assertEquals("worked", child.expectLine("create: ", SOON));
      child.expectLine("all places can be used", SOON);
      assertFalse(producer.isClosed());
    }
  }

  /** A user may have only so many; the kernel then says ENOSPC. */
  @Test
  void withoutRoomInEpollSetsASleeperLooksByItself() {
    Tools.assumeWorks("strace", "-f", "-e", "trace=none", "true");
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Producer producer = ring.addProducer();
        ChildProcess child =
            start(
                ring,
                "watches",
                // The event and the process; what follows adds none, which alone may be refused.
                Tools.injecting("epoll_ctl", "error=ENOSPC:when=2..3").toArray(String[]::new))) {
      assertEquals("true", child.expectLine("slept ", SOON));
      assertEquals("0", child.expectLine("watches ", SOON));
      assertFalse(producer.isClosed());
    }
  }

  @Test
  void ofDescriptorsThatAreNotOpenTheOthersAreClosedAllTheSame() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(2))) {
      int[] numbers = ring.descriptors();
      int memory = Descriptor.duplicateOf(numbers[0], "copy").release();
      int event = Descriptor.duplicateOf(numbers[1], "copy").release();
      MillraceException failure =
          assertThrows(MillraceException.class, () -> Ring.adopt(memory, 1 << 20, event));
      assertEquals(
          "cannot read /proc/self/fd/1048576 (ring event 1)",
          failure.getMessage(),
          () -> String.valueOf(failure));
    }
  }

  private static ChildProcess start(Ring ring, String what, String... wrapper) {
    List<String> told = new ArrayList<>(List.of(what, "" + ProcessHandle.current().pid()));
    for (int number : ring.descriptors()) {
      told.add(Integer.toString(number));
    }
    return ChildProcess.startUnder(
        List.of(wrapper), List.of(), RingExhaustion.class, told.toArray(String[]::new));
  }

  private static long addressSpace(ChildProcess child) throws IOException {
    String statm = Files.readString(Path.of("/proc/" + child.pid() + "/statm"));
    return Long.parseLong(statm.split(" ")[0]) * 4096;
  }

  private static void limit(ChildProcess child, String bytes) throws IOException {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", "" + child.pid(), "--as=" + bytes + ":")
            .redirectErrorStream(true)
            .start();
    assertEquals("", new String(prlimit.getInputStream().readAllBytes()));
  }
}
