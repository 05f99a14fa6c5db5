package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class PidFdTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int UNUSED_PID = (1 << 22) + 1; // Above the highest pid_max.

  @Test
  void theDescriptorOfAProcessBecomesReadableWhenItIsKilled() {
    try (ChildProcess child = ChildProcess.start(Owner.class);
        Descriptor process = PidFd.open(child.pid());
        Epoll epoll = new Epoll()) {
      child.expectLine("memfd", SOON);
      epoll.add(process.number(), Epoll.IN, 1);
      assertEquals(0, epoll.await(0));
      child.kill();
      assertEquals(1, epoll.await(0), "it is dead and reaped");
      Refused.with(Errno.ESRCH, () -> PidFd.copyDescriptor(process, 0, "nothing").close());
      Refused.with(Errno.ESRCH, () -> PidFd.open(child.pid()).close());
    }
  }

  @Test
  void theDeathOfAProcessEndsTheWaitForIt() throws InterruptedException {
    try (ChildProcess child = ChildProcess.start(Owner.class);
        Descriptor process = PidFd.open(child.pid());
        Epoll epoll = new Epoll()) {
      child.expectLine("memfd", SOON);
      epoll.add(process.number(), Epoll.IN, 1);
      Thread killer = new Thread(child::kill);
      killer.start();
      int ready = 0;
      while (ready == 0) {
        ready = epoll.await(Epoll.FOREVER);
      }
      killer.join();
      assertEquals(1, epoll.tag(0));
    }
  }

  @Test
  void aProcessThatIsNotThereIsNamed() {
    SystemCallException failure = Refused.with(Errno.ESRCH, () -> PidFd.open(UNUSED_PID).close());
    assertTrue(failure.getMessage().contains("process " + UNUSED_PID), failure.getMessage());
    Refused.with(Errno.EINVAL, () -> PidFd.open(0).close());
    Refused.with(Errno.EINVAL, () -> PidFd.open(-1).close());
  }

  @Test
  void memoryAndEventsOfAChildCanBeFetchedAndShared() {
    try (ChildProcess child = ChildProcess.start(Owner.class);
        Descriptor process = PidFd.open(child.pid())) {
      int memory = Integer.parseInt(child.expectLine("memfd", SOON));
      int event = Integer.parseInt(child.expectLine("event", SOON));
      try (Descriptor memfd = PidFd.copyDescriptor(process, memory, "the child's memory");
          Mapping mapping = Mapping.mirrored(memfd, 0, Mapping.PAGE_SIZE);
          EventFd wakeUp =
              EventFd.of(PidFd.copyDescriptor(process, event, "the child's wake-up"))) {
        assertTrue(Memfd.isSealed(memfd));
        new UnsafeBuffer(mapping.address(), Mapping.PAGE_SIZE).putLongVolatile(8, 42);
        wakeUp.signal();
        assertEquals("42", child.expectLine("woken, found ", SOON));
      }
    }
  }

  @Test
  void aDescriptorThatTheProcessDoesNotHaveIsNamed() {
    try (Descriptor self = PidFd.open(Credentials.pid())) {
      SystemCallException failure =
          Refused.with(Errno.EBADF, () -> PidFd.copyDescriptor(self, 987_654, "the ring").close());
      assertTrue(failure.getMessage().contains("the ring, descriptor 987654 of process "));
    }
  }

  @Test
  void withoutTheRightToTraceTheFetchIsRefusedAsSuch() {
    String[] weaker = {"setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"};
    Tools.assumeWorks("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-all", "true");
    try (ChildProcess child =
        ChildProcess.startUnder(List.of(weaker), List.of(), Thief.class, "" + Credentials.pid())) {
      assertEquals("EPERM", child.expectLine("refused: ", SOON));
    }
  }

  /** Makes memory and an event, and tells what it finds in the one when woken by the other. */
  static final class Owner {
    public static void main(String[] arguments) {
      try (Descriptor memfd = Memfd.create("owned", Mapping.PAGE_SIZE);
          Mapping mapping = Mapping.of(memfd, 0, Mapping.PAGE_SIZE, true);
          EventFd event = EventFd.create();
          Epoll epoll = new Epoll()) {
        epoll.add(event.descriptor().number(), Epoll.IN, 1);
        System.out.println("memfd " + memfd.number());
        System.out.println("event " + event.descriptor().number());
        int ready = 0;
        while (ready == 0) {
          ready = epoll.await(Epoll.FOREVER);
        }
        UnsafeBuffer buffer = new UnsafeBuffer(mapping.address(), Mapping.PAGE_SIZE);
        System.out.println("woken, found " + buffer.getLongVolatile(8));
      }
    }
  }

  /** Tries to fetch a descriptor of a process that may do more than this one. */
  static final class Thief {
    public static void main(String[] arguments) throws IOException {
      try (Descriptor process = PidFd.open(Integer.parseInt(arguments[0]))) {
        PidFd.copyDescriptor(process, 0, "standard input").close();
        System.out.println("refused: nothing");
      } catch (SystemCallException failure) {
        System.out.println("refused: " + Errno.name(failure.errno()));
      }
    }
  }
}
