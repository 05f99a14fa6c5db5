package io.millrace.discovery.record;

import io.millrace.testkit.Fuzzing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fuzzes parser and protocol. */
class RecordFuzzTest {
  @TempDir Path temporary;

  @Test
  void noBytesDoAnythingButParseOrBeRefusedByName() throws Exception {
    Fuzzing.assertNothingFound(RecordFuzz.class, RecordFuzz.seeds(), 20_000, temporary);
  }
}
