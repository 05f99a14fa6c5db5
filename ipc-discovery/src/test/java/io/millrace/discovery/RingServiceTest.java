package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RingServiceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  /** Publishes a ring and, when told, offers a record to it. */
  static final class RingPublisher {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
          Producer producer = ring.addProducer()) {
        registry.publish("ring", ring, Capabilities.none().with("capacity", ring.capacity()));
        System.out.println("published");
        while (System.in.read() >= 0) {
          producer.offer(9, new UnsafeBuffer(new byte[] {4, 7, 1, 1}), 0, 4);
          System.out.println("offered");
        }
      }
    }
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void aRingIsJoinedByNameAndCarriesRecordsBetweenProcesses(Transfer way) {
    try (ChildProcess child = ChildProcess.start(RingPublisher.class, root.toString())) {
      child.expectLine("published", DEADLINE);
      OpenDescriptors.assertNoneLeftBy(
          () -> {
            try (Registry registry =
                    Registry.open(RegistryOptions.defaults().root(root).transfer(way));
                Ring ring = registry.joinRing("ring");
                Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
              assertEquals(
                  ring.capacity(),
                  registry.find("ring").orElseThrow().capabilities().number("capacity", 0));
              child.send("go");
              child.expectLine("offered", DEADLINE);
              byte[] received = new byte[4];
              int polled =
                  consumer.poll((type, data, offset, length) -> data.getBytes(offset, received), 1);
              assertEquals(1, polled);
              assertArrayEquals(new byte[] {4, 7, 1, 1}, received);
            }
          });
    }
  }

  @Test
  void whatIsNoRingIsNotJoinedAsOne() {
    try (Registry registry = Registry.open(root)) {
      registry.publish(ServiceSpec.named("x").kind("snapshot"));
      DiscoveryException refusal =
          assertThrows(DiscoveryException.class, () -> registry.joinRing("x"));
      assertTrue(refusal.getMessage().contains("is no ring"), refusal.getMessage());
    }
  }
}
