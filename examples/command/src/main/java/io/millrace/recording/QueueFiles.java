package io.millrace.recording;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.RollCycle;

/** The files of a queue in its directory: one for each cycle that was recorded in. */
final class QueueFiles {
  static final String METADATA = "metadata.cq4t";
  private static final String SUFFIX = ".cq4";

  private final Path directory;
  private final RollCycle cycles;
  private final DateTimeFormatter format;

  QueueFiles(Path directory, Rolling rolling) {
    this.directory = directory;
    cycles = rolling.cycle();
    format = DateTimeFormatter.ofPattern(cycles.format()).withZone(ZoneOffset.UTC);
  }

  /** How a recording rolls that is there: the names of its files tell. */
  static Optional<Rolling> rollingOf(Path directory) {
    return list(directory).stream()
        .flatMap(
            name ->
                Arrays.stream(Rolling.values())
                    .filter(rolling -> new QueueFiles(directory, rolling).cycleOf(name) >= 0))
        .findFirst();
  }

  private static List<String> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot list " + directory, failure);
    }
  }

  String name(long cycle) {
    return format.format(Instant.ofEpochMilli(cycle * cycles.lengthInMillis())) + SUFFIX;
  }

  /** Returns -1 if it is no file of such a queue. */
  private long cycleOf(String file) {
    try {
      String stamp = file.substring(0, file.length() - SUFFIX.length());
      var parsed = format.parse(stamp);
      long second =
          parsed.getLong(java.time.temporal.ChronoField.EPOCH_DAY) * 86_400
              + (parsed.isSupported(java.time.temporal.ChronoField.SECOND_OF_DAY)
                  ? parsed.getLong(java.time.temporal.ChronoField.SECOND_OF_DAY)
                  : 0);
      return second * 1000 / cycles.lengthInMillis();
    } catch (DateTimeParseException other) {
      return -1;
    }
  }

  /** The files by their cycles. */
  TreeMap<Integer, Path> all() {
    TreeMap<Integer, Path> found = new TreeMap<>();
    for (String name : list(directory)) {
      long cycle = cycleOf(name);
      if (cycle >= 0) {
        found.put((int) cycle, directory.resolve(name));
      }
    }
    return found;
  }

  /**
   * Removes what a recorder made room in and was killed before it wrote to it: the engine would
   * take it for a file that somebody still writes.
   */
  void removeUnused() throws IOException {
    for (Path file : all().values()) {
      if (isUnused(file.toFile())) {
        Files.delete(file);
      }
    }
  }

  private static boolean isUnused(File file) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file, "r")) {
      return content.length() < Integer.BYTES || content.readInt() == 0;
    }
  }
}
