package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.os.Descriptor;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RingOptionsTest {
  private static final int SMALLEST = 64 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @Test
  void optionsOutOfBoundsAreRefusedWithTheBounds() {
    for (int capacity : new int[] {0, -1, 32 * 1024, 100_000, 1 << 30, Integer.MIN_VALUE}) {
      refuse(
          "capacity must be a power of two from 65536 to 536870912 bytes, not " + capacity,
          () -> RingOptions.capacity(capacity));
    }
    RingOptions options = RingOptions.capacity(SMALLEST);
    for (int number : new int[] {0, -1, 65}) {
      refuse(
          "maxProducers must be from 1 to 64, not " + number, () -> options.maxProducers(number));
      refuse("maxGroups must be from 1 to 64, not " + number, () -> options.maxGroups(number));
      refuse("maxWaiters must be from 1 to 64, not " + number, () -> options.maxWaiters(number));
    }
    refuse("maxConsumers must be from 1 to 63, not 64", () -> options.maxConsumers(64));
    refuse(
        "a single-producer ring has maxProducers 1",
        () -> new RingOptions("x", SMALLEST, 2, 1, 1, 1, true, false));
  }

  private static void refuse(String why, Executable use) {
    assertEquals(why, assertThrows(IllegalArgumentException.class, use).getMessage());
  }

  @Test
  void eachOptionChangesNothingElse() {
    int size = 1 << 17;
    RingOptions many = new RingOptions("a", size, 2, 3, 4, 5, false, true);
    assertEquals(new RingOptions("b", size, 2, 3, 4, 5, false, true), many.name("b"));
    assertEquals(new RingOptions("a", size, 9, 3, 4, 5, false, true), many.maxProducers(9));
    assertEquals(new RingOptions("a", size, 2, 9, 4, 5, false, true), many.maxGroups(9));
    assertEquals(new RingOptions("a", size, 2, 3, 9, 5, false, true), many.maxConsumers(9));
    assertEquals(new RingOptions("a", size, 2, 3, 4, 9, false, true), many.maxWaiters(9));
    RingOptions single = new RingOptions("a", size, 1, 3, 4, 5, true, true);
    assertEquals(single, many.forSingleProducer());
    assertEquals(new RingOptions("b", size, 1, 3, 4, 5, true, true), single.name("b"));
    assertEquals(single, single.maxProducers(1));
    assertThrows(IllegalArgumentException.class, () -> single.maxProducers(2));
    assertEquals(new RingOptions("a", size, 1, 9, 4, 5, true, true), single.maxGroups(9));
    assertEquals(new RingOptions("a", size, 1, 3, 9, 5, true, true), single.maxConsumers(9));
    assertEquals(new RingOptions("a", size, 1, 3, 4, 9, true, true), single.maxWaiters(9));
    RingOptions loose = new RingOptions("a", size, 1, 3, 4, 5, true, false);
    assertEquals(single, loose.lockedInMemory());
    assertEquals(loose, loose.name("a").maxGroups(3).maxConsumers(4).maxWaiters(5));
    GroupOptions group = GroupOptions.named("g");
    assertEquals(new GroupOptions("g", false, false, false, false), group);
    assertEquals(
        new GroupOptions("g", true, true, true, false),
        group.startingAtOldest().retained().shared());
    assertEquals(
        new GroupOptions("g", true, false, true, false), group.shared().startingAtOldest());
  }

  @Test
  void aRingIsSeenByItsName() throws IOException {
    try (Ring ring = Ring.create(RingOptions.capacity(SMALLEST).name("seen-by-its-name"))) {
      Path link = Path.of("/proc/self/fd/" + ring.descriptors()[0]);
      assertTrue(Files.readSymbolicLink(link).toString().startsWith("/memfd:seen-by-its-name"));
    }
  }

  @Test
  void ringsOfTheSmallestAndTheLargestShapeWork() {
    RingOptions smallest =
        RingOptions.capacity(SMALLEST).maxProducers(1).maxGroups(1).maxConsumers(1).maxWaiters(1);
    RingOptions widest =
        RingOptions.capacity(SMALLEST)
            .maxProducers(64)
            .maxGroups(64)
            .maxConsumers(63)
            .maxWaiters(64);
    for (RingOptions options : List.of(smallest, widest, smallest.forSingleProducer())) {
      try (Ring ring = Ring.create(options)) {
        assertEquals(SMALLEST, ring.capacity());
        assertEquals(1 + options.maxWaiters(), ring.descriptors().length);
        Producer[] producers = new Producer[options.maxProducers()];
        Consumer[] consumers = new Consumer[options.maxConsumers()];
        Arrays.setAll(producers, i -> ring.addProducer());
        Arrays.setAll(consumers, i -> ring.addConsumer(GroupOptions.named("g" + i % 64).shared()));
        for (Producer producer : producers) {
          assertTrue(producer.offer(1, producer.buffer(), 0, 8) > 0);
        }
        for (Consumer consumer : consumers) {
          assertEquals(producers.length, consumer.poll((type, b, o, length) -> {}, 100));
          consumer.close();
        }
        for (Producer producer : producers) {
          producer.close();
        }
      }
    }
  }

  @Test
  void whoeverJoinsFindsTheSameRing() {
    try (Ring ring = Ring.create(RingOptions.capacity(SMALLEST).forSingleProducer());
        Ring joined = Ring.adopt(copies(ring.descriptors()));
        Producer producer = ring.addProducer();
        Consumer consumer = joined.addConsumer(GroupOptions.named("all"))) {
      assertEquals(ring.capacity(), joined.capacity());
      assertThrows(NoFreeSlotException.class, joined::addProducer);
      assertTrue(producer.offer(1, producer.buffer(), 0, 8) > 0);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
    }
  }

  @Test
  void joiningWithTheWrongDescriptorsIsRefusedAndClosesThem() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Ring ring = Ring.create(RingOptions.capacity(SMALLEST))) {
            int[] short1 = Arrays.copyOf(ring.descriptors(), 3);
            DamagedRingException missing =
                assertThrows(DamagedRingException.class, () -> Ring.adopt(copies(short1)));
            assertEquals(
                "the ring has 8 event descriptors, 2 were handed over", missing.getMessage());
            int[] noRing = {ring.descriptors()[1]};
            assertThrows(RuntimeException.class, () -> Ring.adopt(copies(noRing)));
            assertThrows(IllegalArgumentException.class, () -> Ring.adopt());
          }
        });
  }

  private static int[] copies(int[] descriptors) {
    return Arrays.stream(descriptors)
        .map(number -> Descriptor.duplicateOf(number, "copy").release())
        .toArray();
  }

  @Test
  void aLockedRingStaysInMemoryInEveryProcessThatJoins() throws IOException {
    RingOptions options = RingOptions.capacity(SMALLEST).name("locked-ring").lockedInMemory();
    try (Ring ring = createIfAllowed(options)) {
      long once = locked();
      assertTrue(once >= 2 * SMALLEST / 1024, once + " kB");
      try (Ring joined = Ring.adopt(copies(ring.descriptors()))) {
        assertEquals(SMALLEST, joined.capacity());
        assertEquals(2 * once, locked());
      }
    }
  }

  private static Ring createIfAllowed(RingOptions options) {
    try {
      return Ring.create(options);
    } catch (MillraceException refused) {
      assertTrue(refused.getMessage().contains("see ulimit -l"), refused.getMessage());
      throw new org.opentest4j.TestAbortedException(refused.getMessage());
    }
  }

  /** The kB that are locked in this process's mappings of the ring, as smaps(5) tells. */
  private static long locked() throws IOException {
    long sum = 0;
    long size = 0;
    boolean inRing = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inRing = line.contains("locked-ring");
      } else if (inRing && line.startsWith("VmFlags:") && line.contains(" lo")) {
        sum += size;
      } else if (line.startsWith("Size:")) {
        size = Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return sum;
  }

  @Test
  void aForgottenFlagIsToldInOneSentence() {
    try (ChildProcess child = ChildProcess.startUnder(List.of(), List.of(), WithoutExports.class)) {
      assertEquals(
          "UnsupportedOperationException: Agrona's buffers need this flag on the java command line:"
              + " --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          child.expectLine("told:", DEADLINE));
    }
  }

  /** Starts a JVM without the flag, because the kit's children always have it. */
  static final class WithoutExports {
    private WithoutExports() {}

    public static void main(String[] arguments) throws Exception {
      if (arguments.length == 0) {
        Process bare =
            new ProcessBuilder(
                    System.getProperty("java.home") + "/bin/java",
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WithoutExports.class.getName(),
                    "bare")
                .redirectErrorStream(true)
                .start();
        bare.getInputStream().transferTo(System.out);
        bare.waitFor();
        return;
      }
      try {
        Ring.create(RingOptions.capacity(SMALLEST)).close();
      } catch (Throwable told) {
        System.out.println("told: " + told.getClass().getSimpleName() + ": " + told.getMessage());
      }
    }
  }
}
