package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.SubjectResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * The distributions in the formats of HdrHistogram's own tools, in nanoseconds: a table of
 * percentiles ({@code .hgrm}) for each subject, and a log ({@code .hlog}) for each case, in which
 * the subjects are tags.
 */
public final class HistogramFiles {
  private static final int TICKS_PER_HALF = 5;
  private static final double NANOS = 1.0;
  private static final double MILLIS_PER_SECOND = 1e3;

  private HistogramFiles() {}

  /**
   * Writes the files.
   *
   * @param directory where to
   * @param cases the results
   * @throws IOException if one cannot be written
   */
  public static void write(Path directory, List<CaseResult> cases) throws IOException {
    for (CaseResult result : cases) {
      List<SubjectResult> measured =
          result.subjects().stream().filter(s -> s.distribution().isPresent()).toList();
      if (measured.isEmpty()) {
        continue;
      }
      String name = name(result);
      for (SubjectResult subject : measured) {
        table(
            directory.resolve(name + "-" + subject.subject() + ".hgrm"),
            subject.distribution().get());
      }
      log(directory.resolve(name + ".hlog"), measured);
    }
  }

  static String name(CaseResult result) {
    String label = result.bench().name() + "-" + result.setting().label();
    return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  private static void table(Path file, Histogram histogram) throws IOException {
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      histogram.outputPercentileDistribution(out, TICKS_PER_HALF, NANOS);
    }
  }

  private static void log(Path file, List<SubjectResult> subjects) throws IOException {
    long now = System.currentTimeMillis();
    HistogramLogWriter log = new HistogramLogWriter(file.toFile());
    log.outputComment("[Millrace perf, nanoseconds; one histogram for each subject]");
    log.outputLogFormatVersion();
    log.outputStartTime(now);
    log.setBaseTime(now);
    log.outputLegend();
    for (SubjectResult subject : subjects) {
      Histogram histogram = subject.distribution().get().copy();
      histogram.setTag(subject.subject());
      log.outputIntervalHistogram(
          now / MILLIS_PER_SECOND, now / MILLIS_PER_SECOND + 1, histogram, NANOS);
    }
    log.close();
  }
}
