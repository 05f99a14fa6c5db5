package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody who lives is taken for dead, and nobody who is dead for alive. */
class FalseDeathTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  private static ChildProcess publisher(List<String> wrapper, Path root) {
    ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), PublishingProcess.class, root.toString());
    child.expectLine("ready", DEADLINE);
    child.send("publish x");
    child.expectLine("published", DEADLINE);
    return child;
  }

  @Tag("pidfd_getfd")
  @Test
  void aStoppedPublisherKeepsItsNameAndItsService() {
    try (Registry registry = Registry.open(root);
        ChildProcess child = publisher(List.of(), root)) {
      child.stop();
      assertEquals(child.pid(), registry.find("x").orElseThrow().pid());
      assertEquals(0, registry.gc());
      NameInUseException refusal =
          assertThrows(NameInUseException.class, () -> registry.publish(ServiceSpec.named("x")));
      assertEquals(child.pid(), refusal.pid());
      registry.acquire("x").close();
      child.resume();
      child.send("withdraw x");
      child.expectLine("withdrawn", DEADLINE);
      assertTrue(registry.find("x").isEmpty());
    }
  }

  /** The publisher's parent never asks how it ended. */
  @Test
  void aZombieIsDead() {
    List<String> parent = List.of("sh", "-c", "exec 3<&0; \"$@\" <&3 & exec sleep 600", "sh");
    try (Registry registry = Registry.open(root);
        ChildProcess child = publisher(parent, root)) {
      WatchTest.Diary diary = new WatchTest.Diary();
      registry.watch(diary);
      diary.expect("up x", "caught up");
      int pid = registry.find("x").orElseThrow().pid();
      assertTrue(pid != child.pid());
      Signals.send("KILL", pid);
      Eventually.await("zombie", DEADLINE, () -> Signals.states(pid).equals(List.of("Z")));
      diary.expect("up x", "caught up", "down x DIED");
      assertTrue(registry.find("x").isEmpty());
      registry.publish(ServiceSpec.named("x")).close();
      assertEquals(List.of("Z"), Signals.states(pid), "still one");
    }
  }

  /** A lock of the traditional kind would be gone with the first of these. */
  @Test
  void closingAnotherDescriptorOfTheRecordInTheOwnersProcessReleasesNothing() throws Exception {
    try (Registry registry = Registry.open(root);
        ChildProcess other = ChildProcess.start(PublishingProcess.class, root.toString())) {
      other.expectLine("ready", DEADLINE);
      int pid = registry.publish(ServiceSpec.named("x")).service().pid();
      Path record = root.resolve("x");
      assertTrue(Files.readAllBytes(record).length > 0);
      try (Directory directory = Directory.open(root);
          Descriptor again = directory.openFile("x", true)) {
        again.duplicate().close();
      }
      try (FileChannel channel =
          FileChannel.open(record, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertEquals(null, channel.tryLock(0, 1, false));
      }
      other.send("find x");
      assertEquals(Integer.toString(pid), other.expectLine("found", DEADLINE));
      assertThrows(NameInUseException.class, () -> registry.publish(ServiceSpec.named("x")));
    }
  }

  @Test
  void processesThatThePublisherStartedDoNotKeepItAlive() {
    try (Registry registry = Registry.open(root);
        ChildProcess child = publisher(List.of(), root)) {
      child.send("spawn");
      int orphan = Integer.parseInt(child.expectLine("spawned", DEADLINE));
      child.kill();
      assertTrue(registry.find("x").isEmpty());
      assertEquals(1, Signals.states(orphan).size(), "it lives");
      Signals.send("KILL", orphan);
    }
  }
}
