package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class SharedPidFdTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Lives until it is killed. */
  static final class Living {
    public static void main(String[] arguments) throws IOException {
      System.out.println("living");
      System.in.read();
    }
  }

  @Test
  void allWhoWatchAProcessHaveOneDescriptorUntilTheLastOneLeaves() {
    try (ChildProcess child = ChildProcess.start(Living.class);
        Epoll epoll = new Epoll();
        Epoll other = new Epoll()) {
      child.expectLine("living", SOON);
      long before = pidFds();
      SharedPidFd one = SharedPidFd.open(child.pid());
      SharedPidFd same = SharedPidFd.open(child.pid());
      assertEquals(one.number(), same.number());
      assertEquals(before + 1, pidFds());
      epoll.add(one.number(), Epoll.IN, 1);
      other.add(same.number(), Epoll.IN, 2);
      epoll.remove(one.number());
      one.close();
      one.close();
      assertThrows(ClosedException.class, one::number);
      assertFalse(same.isDead());
      child.kill();
      assertEquals(1, other.await(10_000));
      assertEquals(2, other.tag(0));
      assertEquals(0, epoll.await(0));
      assertTrue(same.isDead());
      same.close();
      assertEquals(before, pidFds());
    }
  }

  private static long pidFds() {
    return OpenDescriptors.now().values().stream().filter(one -> one.contains("pidfd")).count();
  }

  /** The number of a dead process may be that of another one, which is not dead. */
  @Test
  void whoComesBehindADeathDoesNotGetTheDescriptorOfTheDead() {
    try (ChildProcess child = ChildProcess.start(Living.class);
        SharedPidFd early = SharedPidFd.open(child.pid())) {
      child.expectLine("living", SOON);
      child.kill();
      assertEquals(137, child.awaitExit(SOON));
      assertTrue(early.isDead());
      Refused.with(Errno.ESRCH, () -> SharedPidFd.open(child.pid()).close());
    }
  }

  @Test
  void aProcessThatIsNotThereLeavesNothing() {
    int none = (1 << 22) + 1; // Above the highest pid_max.
    for (int i = 0; i < 2; i++) {
      Refused.with(Errno.ESRCH, () -> SharedPidFd.open(none).close());
    }
  }
}
