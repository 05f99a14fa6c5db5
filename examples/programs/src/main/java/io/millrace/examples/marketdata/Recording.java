package io.millrace.examples.marketdata;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file to which one process appends a line for each message, in order and without gaps. Each line
 * is written before its message counts as handled; so a process that was killed has left all lines
 * but perhaps the last, or has begun that.
 */
final class Recording {
  /** Its name in the folder of a run. */
  static final String FILE = "recording.csv";

  private final FileChannel channel;
  private long lines;

  private Recording(FileChannel channel, long lines) {
    this.channel = channel;
    this.lines = lines;
  }

  /** Goes on with a file, behind its last whole line. */
  static Recording append(Path file) {
    try {
      byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      int end = content.length;
      while (end > 0 && content[end - 1] != '\n') {
        end--;
      }
      long lines = 0;
      for (int i = 0; i < end; i++) {
        lines += content[i] == '\n' ? 1 : 0;
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(end).position(end);
      return new Recording(channel, lines);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot append to " + file, failure);
    }
  }

  /** Appends a message, unless its line is there already. */
  void write(long sequence, EventLine line) {
    if (sequence < lines) {
      return;
    }
    if (sequence > lines) {
      throw new IllegalStateException("message " + sequence + " came where " + lines + " was due");
    }
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot append to the recording", failure);
    }
    lines++;
  }

  /** How many whole lines there are now, while nobody appends. */
  static long count(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  /** Tells whether a file has these lines and no others. */
  static boolean holds(Path file, List<EventLine> lines) throws IOException {
    return Files.readAllLines(file).equals(lines.stream().map(EventLine::toString).toList());
  }

  /** Reads the first lines of a file that somebody appends to, and waits until they are there. */
  static void replay(Path file, long count, Book book) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      StringBuilder line = new StringBuilder();
      for (long done = 0; done < count; ) {
        int next = reader.read();
        if (next == '\n') {
          book.apply(EventLine.parse(line.toString()));
          line.setLength(0);
          done++;
        } else if (next >= 0) {
          line.append((char) next);
        } else {
          Thread.onSpinWait(); // The recorder, another group, may be behind this one.
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }
}
