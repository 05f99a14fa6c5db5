package io.millrace.perf.peer;

import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Sink;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One message in shared memory: its bytes, and its first word, which no two messages have in
 * common, stored last with release. A message of 32 bytes is in one cache line.
 *
 * <p>The next message is written over the last one: only for a sender that waits for an answer.
 */
final class Line implements AutoCloseable {
  /** Away from the page's start, and from neighbours that the processor prefetches. */
  private static final int AT = 256;

  private static final int PAGE = 4096;
  private static final int WORD_AT = 1024;
  private static final int MESSAGE_AT = WORD_AT + AT;

  private final MappedFile file;
  private final UnsafeBuffer memory;
  private final int length;
  private long seen = -1;

  private Line(MappedFile file, int length) {
    this.file = file;
    this.length = length;
    memory = file.buffer();
  }

  static Line create(LinkPlace place) throws IOException {
    Line line = new Line(MappedFile.create(place.file(), PAGE + place.length()), place.length());
    line.memory.putLongVolatile(MESSAGE_AT, line.seen);
    return line;
  }

  static Line open(LinkPlace place) throws IOException {
    return new Line(MappedFile.open(place.file()), place.length());
  }

  void put(DirectBuffer source, int offset, int messageLength) {
    memory.putBytes(
        MESSAGE_AT + Long.BYTES, source, offset + Long.BYTES, messageLength - Long.BYTES);
    memory.putLongRelease(MESSAGE_AT, source.getLong(offset));
  }

  /** Takes the message, if it is a new one. */
  boolean take(Sink sink) {
    long word = memory.getLongVolatile(MESSAGE_AT);
    if (word == seen) {
      return false;
    }
    seen = word;
    sink.onMessage(memory, MESSAGE_AT, length);
    return true;
  }

  /** The word beside the message that processes can sleep on, in a line of its own. */
  UnsafeBuffer memory() {
    return memory;
  }

  /** Where that word is. */
  int wordOffset() {
    return WORD_AT;
  }

  @Override
  public void close() {
    file.close();
  }
}
