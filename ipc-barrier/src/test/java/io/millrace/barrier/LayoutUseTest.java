package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.SourceNames;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each shared word is touched in one class only, which says its name and its order. */
class LayoutUseTest {
  @Test
  void offsetsAreUsedByThoseWhoNameTheWords() {
    Set<String> offsets = new HashSet<>();
    for (Field field : BarrierLayout.class.getDeclaredFields()) {
      if (field.getName().endsWith("_OFFSET")) {
        offsets.add(field.getName());
      }
    }
    assertTrue(offsets.size() >= 10, "offsets have other names: " + offsets);
    assertEquals(
        Set.of("BarrierLayout", "BarrierRegion", "Places", "StateWord"),
        SourceNames.ofPackage("io.millrace.barrier").usersOf(offsets::contains));
  }
}
