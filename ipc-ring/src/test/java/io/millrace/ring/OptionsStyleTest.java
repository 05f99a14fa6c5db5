package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.OptionsStyle;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who knows the options of one thing knows those of all. */
class OptionsStyleTest {
  private static final List<Class<?>> TYPES = List.of(GroupOptions.class, RingOptions.class);

  @Test
  void allOptionsAreOfOneStyle() {
    assertEquals(List.of(), OptionsStyle.flawsOf(TYPES));
  }

  @Test
  void noneIsLeftOut() {
    assertEquals(TYPES, OptionsStyle.optionsBeside(TYPES.get(0)));
  }
}
