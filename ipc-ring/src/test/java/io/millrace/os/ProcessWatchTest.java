package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class ProcessWatchTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long TAG = 1L << 40;
  private static final int UNUSED_PID = (1 << 22) + 1; // Above the highest pid_max.

  @Test
  void theDeathOfAProcessIsToldByItsTagUntilItIsRemoved() {
    try (ChildProcess child = ChildProcess.start(Living.class);
        Epoll epoll = new Epoll();
        ProcessWatch watch = new ProcessWatch(epoll)) {
      child.expectLine("lives", SOON);
      watch.add(TAG, child.pid());
      assertEquals(0, epoll.await(0));
      assertTrue(watch.contains(TAG));
      assertFalse(watch.isDead(TAG));
      child.kill();
      assertEquals(1, epoll.await(0));
      assertEquals(TAG, epoll.tag(0));
      assertTrue(watch.isDead(TAG));
      watch.remove(TAG);
      watch.remove(TAG);
      assertEquals(0, epoll.await(0));
      assertFalse(watch.contains(TAG));
      assertFalse(watch.isDead(TAG), "nothing is known of it");
    }
  }

  @Test
  void ofAProcessThatWasRemovedNothingIsToldThoughADuplicateOfItsDescriptorIsLeft() {
    try (ChildProcess child = ChildProcess.start(Living.class);
        Epoll epoll = new Epoll();
        ProcessWatch watch = new ProcessWatch(epoll)) {
      child.expectLine("lives", SOON);
      watch.add(1, child.pid());
      watch.add(2, child.pid());
      List<Descriptor> duplicates = duplicatesOfAll(); // As a child has them that was just forked.
      try {
        watch.remove(1);
        watch.removeIf(tag -> tag == 2);
        child.kill();
        assertEquals(0, epoll.await(0));
      } finally {
        Closing.closeAll(duplicates);
      }
    }
  }

  @Test
  void whatCannotBeWatchedLeavesNothingOpen() {
    Epoll epoll = new Epoll();
    try (ProcessWatch watch = new ProcessWatch(epoll)) {
      Refused.with(Errno.ESRCH, () -> watch.add(TAG, UNUSED_PID));
      Refused.with(Errno.EINVAL, () -> watch.add(TAG, -1));
      epoll.close();
      assertThrows(ClosedException.class, () -> watch.add(TAG, Credentials.pid()));
      assertFalse(watch.contains(TAG));
      assertEquals(0, pidFds().size());
    }
  }

  private static List<Descriptor> duplicatesOfAll() {
    List<Integer> numbers = pidFds();
    assertEquals(2, numbers.size());
    try (Descriptor self = PidFd.open(Credentials.pid())) {
      List<Descriptor> duplicates = new ArrayList<>();
      numbers.forEach(number -> duplicates.add(PidFd.copyDescriptor(self, number, "duplicate")));
      return duplicates;
    }
  }

  /** The numbers of this process's descriptors that stand for processes. */
  private static List<Integer> pidFds() {
    List<Integer> numbers = new ArrayList<>();
    for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
      try {
        Path link = Files.readSymbolicLink(Path.of("/proc/self/fd", number));
        if (link.toString().contains("pidfd")) {
          numbers.add(Integer.valueOf(number));
        }
      } catch (IOException closedMeanwhile) {
        continue;
      }
    }
    return numbers;
  }

  /** Lives until it is killed. */
  static final class Living {
    private Living() {}

    public static void main(String[] arguments) throws IOException {
      System.out.println("lives");
      System.in.read();
    }
  }
}
