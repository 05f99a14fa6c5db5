package io.millrace.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistogramFilesTest {
  @TempDir private Path directory;

  @Test
  void theLogIsReadByHdrHistogramItself() throws IOException {
    write();
    try (HistogramLogReader log =
        new HistogramLogReader(directory.resolve("latency-size-32.hlog").toFile())) {
      Histogram ours = (Histogram) log.nextIntervalHistogram();
      assertEquals("millrace", ours.getTag());
      assertEquals(2, ours.getTotalCount());
      assertEquals(120, ours.getMaxValue());
      assertEquals("pipe", log.nextIntervalHistogram().getTag());
      assertNull(log.nextIntervalHistogram());
    }
  }

  @Test
  void theTableEndsWithTheCountOfAllValues() throws IOException {
    write();
    String table = Files.readString(directory.resolve("latency-size-32-millrace.hgrm"));
    assertTrue(table.contains("Total count    =            2"), table);
  }

  private void write() throws IOException {
    HistogramFiles.write(
        directory,
        List.of(Results.of(Results.subject("millrace", 100, 120), Results.subject("pipe", 900))));
  }
}
