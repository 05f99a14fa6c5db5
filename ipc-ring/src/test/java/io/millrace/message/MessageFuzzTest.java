package io.millrace.message;

import io.millrace.testkit.Fuzzing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fuzzes readers of messages. */
class MessageFuzzTest {
  @TempDir Path temporary;

  @Test
  void noBytesAreACallWithAWrongValue() throws Exception {
    Fuzzing.assertNothingFound(MessageFuzz.class, MessageFuzz.seeds(), 400, temporary);
  }
}
