package io.millrace.perf.peer;

import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Sender;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.DirectBuffer;

/** Sends messages into a stream of bytes, with one system call for each, or for each batch. */
abstract class StreamSender implements Sender {
  private final Frames frames;
  private final int length;

  StreamSender(int length) {
    frames = new Frames(length);
    this.length = length;
  }

  /** Writes what it can of the buffer and moves its position; nothing if there is no room. */
  abstract void write(Frames from) throws IOException;

  @Override
  public final boolean offer(DirectBuffer source, int offset, int messageLength) {
    frames.clear();
    frames.add(source, offset, messageLength);
    return writeAll();
  }

  @Override
  public final boolean offerBatch(MessageSource source, int count) {
    for (int left = count; left > 0; ) {
      frames.clear();
      while (left > 0 && frames.hasRoomFor(length)) {
        source.next();
        frames.add(source.buffer(), 0, length);
        left--;
      }
      while (!writeAll()) {
        Thread.onSpinWait();
      }
    }
    return true;
  }

  /** False if there was no room for anything. What was begun is finished. */
  private boolean writeAll() {
    try {
      write(frames);
      if (frames.bytes().position() == 0) {
        return false;
      }
      while (frames.bytes().hasRemaining()) {
        Thread.onSpinWait();
        write(frames);
      }
      return true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
