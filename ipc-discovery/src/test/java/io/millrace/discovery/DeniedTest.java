package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.Transfer;
import io.millrace.os.Credentials;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways that a kernel, a container or a user closes, closed for real. */
class DeniedTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  private Path root() throws Exception {
    return Files.createDirectories(temporary.resolve("root"));
  }

  private ChildProcess start(List<String> wrapper, String... more) throws Exception {
    String program = wrapper.isEmpty() ? "/bin/true" : "/usr/bin/" + wrapper.get(0);
    Assumptions.assumeTrue(Files.isExecutable(Path.of(program)), program + " is missing");
    ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), PublishingProcess.class, root().toString());
    child.expectLine("ready", DEADLINE);
    return child;
  }

  private static void assertSuperuser() {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can set this up");
  }

  private String joinedBy(ChildProcess joiner) {
    joiner.send("join x");
    return joiner.expectLine("joined", DEADLINE);
  }

  @Test
  void aJoinerThatMayNotTraceThePublisherGetsTheDescriptorsOverTheSocket() throws Exception {
    assertSuperuser();
    try (Registry registry = Registry.open(root());
        ChildProcess joiner = start(List.of("setpriv", "--bounding-set=-sys_ptrace"))) {
      PublishingProcess.publish(registry, "x");
      assertEquals("SOCKET 3", joinedBy(joiner));
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void aPublisherThatIsNotDumpableIsJoinedOverTheSocket() throws Exception {
    assertSuperuser();
    List<String> equal = List.of("setpriv", "--bounding-set=-sys_ptrace");
    try (ChildProcess publisher = start(equal);
        ChildProcess joiner = start(equal)) {
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      String direct = joinedBy(joiner);
      // Yama, where it is on, forbids it between siblings from the start.
      assertEquals(yama() > 0 ? "SOCKET 3" : "PIDFD 3", direct);
      publisher.send("undumpable");
      publisher.expectLine("undumpable", DEADLINE);
      assertEquals("SOCKET 3", joinedBy(joiner));
    }
  }

  private static long yama() {
    return ProcFiles.number("/proc/sys/kernel/yama/ptrace_scope", 0);
  }

  @Test
  void underYamaSiblingsJoinOverTheSocket() throws Exception {
    Assumptions.assumeTrue(
        yama() == 1, "this kernel has no Yama or kernel.yama.ptrace_scope is not 1");
    List<String> ordinary =
        Credentials.uid() == 0 ? List.of("setpriv", "--bounding-set=-sys_ptrace") : List.of();
    try (ChildProcess publisher = start(ordinary);
        ChildProcess joiner = start(ordinary)) {
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      assertEquals("SOCKET 3", joinedBy(joiner));
    }
  }

  @Test
  void aDirectoryThatThisUserMayNotWriteIsNamedWithACure() throws Exception {
    assertSuperuser();
    Files.setPosixFilePermissions(root(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ChildProcess stranger = start(List.of())) {
      become(stranger, 4304);
      stranger.send("publish x");
      String failure = stranger.expectLine("failed RootException", DEADLINE);
      assertTrue(failure.contains("cannot be written by uid 4304"), failure);
      assertTrue(failure.contains("MILLRACE_DIR"), failure);
      stranger.send("list");
      assertEquals("0", stranger.expectLine("listed", DEADLINE));
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void whenBothWaysAreClosedTheErrorNamesCauseAndCure() throws Exception {
    assertSuperuser();
    try (Registry registry = Registry.open(root());
        ChildProcess joiner = start(List.of("setpriv", "--bounding-set=-sys_ptrace"))) {
      registry.publish(PublishingProcess.specWithDescriptors("x").withoutSocket());
      joiner.send("join x");
      String failure = joiner.expectLine("failed TransferException", DEADLINE);
      assertTrue(failure.contains("EPERM"), failure);
      assertTrue(failure.contains("kernel.yama.ptrace_scope"), failure);
      assertTrue(failure.contains("offers no socket"), failure);
    }
  }

  @Test
  void aKernelWithoutPidfdGetfdIsNoObstacle() throws Exception {
    try (Registry registry = Registry.open(root());
        ChildProcess joiner = start(Tools.injecting("pidfd_getfd", "error=ENOSYS"))) {
      PublishingProcess.publish(registry, "x");
      assertEquals("SOCKET 3", joinedBy(joiner));
    }
  }

  /** Watches, and says what it is told. */
  static final class Watching {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        if (arguments.length > 1) {
          User.become(Integer.parseInt(arguments[1]), 4242);
        }
        registry.watch(
            new ServiceListener() {
              @Override
              public void onUp(Service service) {
                System.out.println("up " + service.name());
              }

              @Override
              public void onDown(Service service, Departure reason) {
                System.out.println("down " + service.name() + " " + reason);
              }

              @Override
              public void onCaughtUp() {
                System.out.println("caught up");
              }
            });
        System.in.read();
      }
    }
  }

  /** In a sticky directory it can be opened and locked, and only then turns out to be another's. */
  @Test
  void aWatchThatMayNotRemoveTheRecordOfTheDeadComesToRestAllTheSame() throws Exception {
    assertSuperuser();
    Path root = root();
    Files.setAttribute(root, "unix:gid", 4242);
    Files.setAttribute(root, "unix:mode", 03770);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ChildProcess publisher = start(List.of());
        ChildProcess watching = ChildProcess.start(Watching.class, root.toString(), "4302")) {
      become(publisher, 4301);
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      watching.expectLine("up x", DEADLINE);
      publisher.kill();
      assertEquals("DIED", watching.expectLine("down x", DEADLINE));
      watching.expectLine("caught up", DEADLINE);
      assertTrue(Alien.names(root).contains("x"));
    }
  }

  @Test
  void inAStickyRootOnlyTheNameOfADeadPublisherIsLostToOtherUsers() throws Exception {
    assertSuperuser();
    Path root = root();
    Files.setAttribute(root, "unix:gid", 4242);
    Files.setAttribute(root, "unix:mode", 03770);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ChildProcess first = start(List.of());
        ChildProcess again = start(List.of());
        ChildProcess other = start(List.of())) {
      become(first, 4301);
      become(again, 4301);
      become(other, 4302);
      first.send("allow x 4302");
      first.expectLine("published", DEADLINE);
      assertEquals("SOCKET 3", joinedBy(other));
      first.kill();
      other.send("list");
      assertEquals("0", other.expectLine("listed", DEADLINE));
      other.send("publish y");
      other.expectLine("published", DEADLINE);
      List<String> before = Alien.names(root);
      other.send("publish x");
      String failure = other.expectLine("failed RootException", DEADLINE);
      assertTrue(failure.contains("sticky") && failure.contains("uid 4301"), failure);
      assertTrue(failure.contains("chmod -t"), failure);
      assertEquals(before, Alien.names(root), "what fails leaves nothing");
      other.send("withdraw y");
      other.expectLine("withdrawn", DEADLINE);
      again.send("publish x");
      again.expectLine("published", DEADLINE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void withoutPidfdOpenDeathsAreToldAllTheSame(String error) throws Exception {
    List<String> hidden = Tools.injecting("pidfd_open", "error=" + error);
    Strace.require();
    try (ChildProcess publisher = start(List.of());
        ChildProcess watching =
            ChildProcess.startUnder(hidden, List.of(), Watching.class, root().toString())) {
      watching.expectLine("caught up", DEADLINE);
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      watching.expectLine("up x", DEADLINE);
      publisher.kill();
      assertEquals("DIED", watching.expectLine("down x", DEADLINE));
    }
  }

  @Test
  void aPublisherInAnotherPidNamespaceIsJoinedAndItsDeathIsTold() throws Exception {
    assertSuperuser();
    try (Registry registry = Registry.open(root());
        ChildProcess publisher = start(List.of("unshare", "--pid", "--fork", "--kill-child"))) {
      WatchTest.Diary diary = new WatchTest.Diary();
      registry.watch(diary);
      diary.expect("caught up");
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      diary.expect("caught up", "up x");
      Service service = registry.find("x").orElseThrow();
      assertTrue(service.pidNamespace() != Credentials.pidNamespace());
      try (Acquisition joined = registry.acquire("x")) {
        assertEquals(Transfer.SOCKET, joined.transfer());
      }
      publisher.kill();
      diary.expect("caught up", "up x", "down x DIED");
    }
  }

  @Test
  void aMemberInAnotherPidNamespaceIsToldApart() throws Exception {
    assertSuperuser();
    List<String> wrapper = List.of("unshare", "--pid", "--fork", "--kill-child");
    try (Registry registry = Registry.open(root());
        ChildProcess member =
            ChildProcess.startUnder(
                wrapper, List.of(), AdoptionTest.Member.class, root().toString(), "create")) {
      member.expectLine("member", DEADLINE);
      try (Ring ring = registry.joinRing("ring");
          Producer own = ring.addProducer()) {
        own.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
        List<RingCounters.ProducerCounters> producers = ring.counters().producers();
        assertEquals(1, producers.get(0).pid());
        assertTrue(producers.get(0).isForeign());
        assertEquals(Credentials.pid(), producers.get(1).pid());
        assertFalse(producers.get(1).isForeign());
      }
    }
  }

  @Test
  void anotherUserJoinsExactlyIfTheRuleAllowsIt() throws Exception {
    assertSuperuser();
    Path root = root();
    Files.setAttribute(root, "unix:gid", 4242);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwx---"));
    Files.setAttribute(root, "unix:mode", 02770);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ChildProcess publisher = start(List.of());
        ChildProcess joiner = start(List.of());
        ChildProcess stranger = start(List.of())) {
      become(publisher, 4301);
      become(joiner, 4302);
      become(stranger, 4303);
      publisher.send("allow x 4302");
      publisher.expectLine("published", DEADLINE);
      assertEquals("SOCKET 3", joinedBy(joiner));
      stranger.send("join x");
      String failure = stranger.expectLine("failed TransferException", DEADLINE);
      assertTrue(failure.contains("access rule does not allow"), failure);
      publisher.kill();
      // Any process that meets it removes it, also one of another user of the group.
      stranger.send("find x");
      assertEquals("0", stranger.expectLine("found", DEADLINE));
      stranger.send("gc");
      stranger.expectLine("collected", DEADLINE);
      assertEquals(List.of(), Alien.names(root));
    }
  }

  private static void become(ChildProcess child, int uid) {
    child.send("become " + uid + " 4242");
    child.expectLine("became", DEADLINE);
  }
}
