package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.SourceNames;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each shared word is touched in one class only, which says its name and its order. */
class LayoutUseTest {
  /** What stands in the fixed part is written once, and read from a copy. */
  private static final Set<String> LAYOUT = Set.of("RingLayout", "RingGeometry");

  private final SourceNames ring = SourceNames.ofPackage("io.millrace.ring");

  @Test
  void offsetsAreUsedBySlotsOnly() {
    Set<String> offsets = new HashSet<>();
    for (Field field : RingLayout.class.getDeclaredFields()) {
      if (field.getName().endsWith("_OFFSET")) {
        offsets.add(field.getName());
      }
    }
    assertTrue(offsets.size() >= 60, "offsets have other names: " + offsets);
    Set<String> slots = ring.childrenOf("SharedWords");
    assertTrue(slots.contains("ProducerSlot"), "slots are of another kind: " + slots);
    Set<String> users = ring.usersOf(offsets::contains);
    users.removeAll(LAYOUT);
    users.removeAll(slots);
    // It looks whether a file is long enough.
    users.remove("RingMemory");
    assertEquals(Set.of(), users);
  }

  @Test
  void slotsAreFoundBySlotsOnly() {
    Set<String> addresses = Set.of("producerSlot", "groupSlot", "consumerSlot", "waiterSlot");
    assertEquals(
        Set.of("RingLayout", "ProducerSlot", "GroupSlot", "ConsumerSlot", "WaiterSlot"),
        ring.usersOf(addresses::contains));
  }

  /** The copy of small payloads is no access to a word that anybody else looks at meanwhile. */
  @Test
  void nothingElseGetsAtTheMemoryPastTheBuffers() {
    assertEquals(Set.of("SmallCopy"), ring.usersOf("UnsafeApi"::equals));
    assertEquals(Set.of("RingMemory"), ring.usersOf("rawHeader"::equals));
  }

  /** The slot classes have no constants of their own in place of the layout's. */
  @Test
  void slotsHaveNoOffsetsOfTheirOwn() {
    for (String slot : ring.childrenOf("SharedWords")) {
      assertTrue(
          Arrays.stream(classOf(slot).getDeclaredFields())
              .noneMatch(field -> field.getName().endsWith("_OFFSET")),
          slot);
    }
  }

  /** It makes them and knows them; they know what they share. */
  @Test
  void noPartOfTheRingKnowsTheRing() {
    assertEquals(
        Set.of("AgronaReader", "AgronaRingBuffer", "ProducerPool", "Ring"),
        ring.usersOf("Ring"::equals));
  }

  private static Class<?> classOf(String name) {
    try {
      return Class.forName(LayoutUseTest.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException failure) {
      throw new AssertionError(failure);
    }
  }
}
