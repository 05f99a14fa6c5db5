package io.millrace.examples.config;

import io.millrace.examples.Cues;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Properties;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;

/**
 * The loader process: whenever the file changes, checks it and publishes what it says. What is
 * wrong, or written in part only, is refused, and the last good version stays.
 */
final class Loader {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 50;

  private final Path file;
  private final SnapshotWriter writer;
  private final LimitsCodec codec = new LimitsCodec();

  private Loader(Path file, SnapshotWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /**
   * Loads until it is told to stop.
   *
   * @param arguments the file, and where the snapshot is
   * @throws IOException if the directory of the file cannot be watched
   * @throws InterruptedException if somebody interrupts
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path file = Path.of(arguments[0]).toAbsolutePath();
    Path directory = file.getParent();
    try (SnapshotWriter writer = Synchronizer.open(Path.of(arguments[1])).writer();
        WatchService watch = directory.getFileSystem().newWatchService();
        Cues cues = new Cues(new Scanner(System.in))) {
      // The directory, not the file: many editors write a new one and rename it.
      directory.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      Loader loader = new Loader(file, writer);
      loader.load(); // Only now, so that no change is missed.
      while (!cues.isOver()) {
        WatchKey key = watch.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (key != null && isAbout(key, file.getFileName())) {
          loader.load();
        }
      }
    }
  }

  private static boolean isAbout(WatchKey key, Path name) {
    boolean found = false;
    for (var event : key.pollEvents()) {
      found |= event.kind() == StandardWatchEventKinds.OVERFLOW || name.equals(event.context());
    }
    key.reset();
    return found;
  }

  private void load() {
    try (Reader reader = Files.newBufferedReader(file)) {
      Properties text = new Properties();
      text.load(reader);
      writer.write(LimitsCodec.parse(text), codec, GRACE);
      System.out.println("published version " + writer.version());
    } catch (IOException | IllegalArgumentException wrong) {
      System.out.println("refused " + wrong.getMessage());
    }
  }
}
