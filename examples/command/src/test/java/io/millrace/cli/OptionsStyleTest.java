package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.bridge.BridgeReceiverOptions;
import io.millrace.bridge.BridgeSenderOptions;
import io.millrace.recording.PlayerOptions;
import io.millrace.recording.RecorderOptions;
import io.millrace.testkit.OptionsStyle;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who knows the options of one thing knows those of all. */
class OptionsStyleTest {
  private static final List<Class<?>> TYPES =
      List.of(
          BridgeReceiverOptions.class,
          BridgeSenderOptions.class,
          PlayerOptions.class,
          RecorderOptions.class);

  @Test
  void allOptionsAreOfOneStyle() {
    assertEquals(List.of(), OptionsStyle.flawsOf(TYPES));
  }

  @Test
  void noneIsLeftOut() {
    assertEquals(TYPES, OptionsStyle.optionsBeside(TYPES.get(0)));
  }
}
