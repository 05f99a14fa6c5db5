package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.record.RecordFile;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.OfdLock;
import io.millrace.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void gcRemovesWhatDeadProcessesLeftAndNothingElse() throws Exception {
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish dead");
      child.expectLine("published", DEADLINE);
      registry.publish(PublishingProcess.specWithDescriptors("alive"));
      List<String> withBoth = Alien.names(root);
      assertEquals(6, withBoth.size());
      Alien.put(root, "note", "somebody's file".getBytes());
      child.kill();
      Files.writeString(root.resolve(".dead.old"), "");
      Files.writeString(root.resolve(".new.0123456789abcdef"), "");
      Files.writeString(root.resolve(".server.0123456789abcdef.sock"), "");
      assertTrue(registry.gc() >= 4);
      assertEquals(4, Alien.names(root).size(), Alien.names(root).toString());
      assertEquals(0, registry.gc());
      assertEquals(1, registry.list().size());
    }
  }

  @Test
  void whatIsNotPublishedYetStaysWhileItsPublisherLives() {
    String name = HiddenNames.unborn(7);
    try (Directory directory = Directory.open(root);
        Descriptor unborn = directory.createFile(name, 0600)) {
      assertTrue(OfdLock.tryLock(unborn, RecordLayout.PUBLISHER_LOCK));
      assertEquals(0, registry.gc());
    }
    assertEquals(1, registry.gc());
  }

  /** Between its two looks at a name the name may have gone to a new publisher. */
  @Test
  void aCleanerThatHasALiveRecordInHandLeavesIt() {
    registry.publish(ServiceSpec.named("x"));
    try (Directory directory = Directory.open(root);
        RecordFile file = RecordFile.open(directory, "x", true)) {
      assertEquals(Cleaner.Outcome.ALIVE, new Cleaner(directory).removeIfDead(file));
    }
    assertEquals(1, registry.list().size());
  }
}
