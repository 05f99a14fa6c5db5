package io.millrace.cli;

import io.millrace.recording.RecordingReader;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import picocli.CommandLine.TypeConversionException;

/**
 * A time on the command line: a time of the day on which a recording ends, or a date with a time,
 * both in the zone of this computer, or one with a zone.
 *
 * @param text what was written; it is one of the three
 */
record Moment(String text) {
  static Moment parse(String text) {
    Moment moment = new Moment(text);
    try {
      moment.on(LocalDate.EPOCH);
    } catch (DateTimeException failure) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no time: write for example 09:30, 2026-11-27T09:30:00 or"
              + " 2026-11-27T09:30:00Z");
    }
    return moment;
  }

  Instant of(Path recording) {
    try (RecordingReader reader = RecordingReader.open(recording)) {
      Instant newest = Instant.ofEpochSecond(0, reader.newestNanos().orElse(0));
      return on(LocalDate.ofInstant(newest, ZoneId.systemDefault()));
    }
  }

  private Instant on(LocalDate day) {
    if (!text.contains("T")) {
      return day.atTime(LocalTime.parse(text)).atZone(ZoneId.systemDefault()).toInstant();
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException withoutZone) {
      return LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
    }
  }
}
