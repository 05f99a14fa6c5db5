package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.model.TransferException;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.FileContent;
import io.millrace.os.Memfd;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AcquireTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;
  private Registry registry;
  private Descriptor memory;
  private EventFd event;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
    memory = Memfd.create("acquire", 4096);
    event = EventFd.create();
  }

  @AfterEach
  void close() {
    event.close();
    memory.close();
    registry.close();
  }

  private ServiceSpec spec() {
    return ServiceSpec.named("x")
        .descriptor(memory.number(), DescriptorKind.MEMORY)
        .descriptor(event.descriptor().number(), DescriptorKind.EVENT);
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void bothWaysGiveTheVeryDescriptorsOfThePublisher(Transfer way) {
    registry.publish(spec());
    FileContent.write(memory, new byte[] {1, 2, 3});
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Registry other = Registry.open(RegistryOptions.defaults().root(root).transfer(way));
              Acquisition joined = other.acquire("x")) {
            assertEquals(way, joined.transfer());
            int[] numbers = joined.take();
            try (Descriptor theirs = Descriptor.adopt(numbers[0], "memory");
                EventFd signal = EventFd.of(Descriptor.adopt(numbers[1], "event"))) {
              assertTrue(theirs.status().isSameFile(memory.status()));
              assertEquals(2, FileContent.read(theirs, 3)[1]);
              signal.signal();
            }
          }
        });
    assertEquals(1, event.drain());
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void anotherProcessJoinsAndThePublisherSurvivesNothing(Transfer way) {
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString());
        Registry other = Registry.open(RegistryOptions.defaults().root(root).transfer(way))) {
      child.send("publish x");
      child.expectLine("published", DEADLINE);
      try (Acquisition joined = other.acquire("x")) {
        assertEquals(way, joined.transfer());
        assertEquals(3, joined.descriptors().length);
        child.kill();
        // What was handed over lives on, and does not keep the service alive.
        assertTrue(other.find("x").isEmpty());
        assertThrows(NoSuchServiceException.class, () -> other.acquire("x"));
        FileContent.write(Descriptor.adopt(joined.descriptors()[0], "memory"), new byte[] {9});
      }
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void withoutASocketTheSocketWayIsRefusedWithTheReason() {
    registry.publish(spec().withoutSocket());
    try (Registry other =
        Registry.open(RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET))) {
      TransferException refusal = assertThrows(TransferException.class, () -> other.acquire("x"));
      assertTrue(refusal.getMessage().contains("offers no socket"), refusal.getMessage());
    }
    registry.acquire("x").close();
  }

  @Test
  void theAccessRuleDecidesOverTheSocket() {
    registry.publish(spec().access(AccessRule.users(4711).or(AccessRule.groups(4712))));
    try (Registry other =
        Registry.open(RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET))) {
      TransferException refusal = assertThrows(TransferException.class, () -> other.acquire("x"));
      assertTrue(refusal.getMessage().contains("does not allow"), refusal.getMessage());
    }
  }

  @Test
  void whatIsNotOfItsKindCannotBePublished() {
    int number = memory.number();
    int events = event.descriptor().number();
    assertThrows(
        IllegalArgumentException.class,
        () -> registry.publish(ServiceSpec.named("y").descriptor(number, DescriptorKind.EVENT)));
    assertThrows(
        IllegalArgumentException.class,
        () -> registry.publish(ServiceSpec.named("y").descriptor(events, DescriptorKind.RING)));
    assertTrue(registry.list().isEmpty());
  }

  @Test
  void thePublisherMayCloseItsOwnDescriptorsAfterPublishing() {
    registry.publish(spec());
    memory.close();
    event.close();
    try (Acquisition joined = registry.acquire("x")) {
      assertEquals(2, joined.descriptors().length);
    }
    memory = Memfd.create("acquire", 4096);
    event = EventFd.create();
  }

  @Test
  void nobodyPublishedTheName() {
    NoSuchServiceException refusal =
        assertThrows(NoSuchServiceException.class, () -> registry.acquire("nobody"));
    assertTrue(refusal.getMessage().contains("no service nobody"), refusal.getMessage());
  }
}
