package io.millrace.perf.peer;

import io.millrace.perf.link.Sink;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages in a stream of bytes: each behind a header with its length. */
final class Frames {
  /** The length, and four bytes that keep messages aligned. */
  static final int HEADER = 8;

  private static final int BUFFER = 1 << 16;

  private final ByteBuffer bytes;
  private final UnsafeBuffer view;

  /**
   * With room for one message or many. Only for whole ones: where several read one stream of
   * messages of this length, none gets a part of one.
   */
  Frames(int length) {
    int frame = HEADER + length;
    bytes = ByteBuffer.allocateDirect(Math.max(1, BUFFER / frame) * frame).limit(0);
    view = new UnsafeBuffer(bytes);
    view.wrap(bytes, 0, bytes.capacity());
  }

  /** The bytes between position and limit are not yet handled, or not yet written. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Where the bytes are in memory. */
  long address() {
    return view.addressOffset();
  }

  /** Whether another message of that length fits. */
  boolean hasRoomFor(int length) {
    return bytes.capacity() - bytes.limit() >= HEADER + length;
  }

  /** Adds a message behind the last one. */
  void add(DirectBuffer source, int offset, int length) {
    int at = bytes.limit();
    view.putInt(at, length);
    view.putBytes(at + HEADER, source, offset, length);
    bytes.limit(at + HEADER + length);
  }

  /** Starts again with an empty buffer. */
  void clear() {
    bytes.position(0).limit(0);
  }

  /** Hands out all messages that are whole, and keeps the rest in front. */
  int deliver(Sink sink) {
    int count = 0;
    int at = bytes.position();
    int end = bytes.limit();
    while (end - at >= HEADER) {
      int length = view.getInt(at);
      if (end - at < HEADER + length) {
        break;
      }
      sink.onMessage(view, at + HEADER, length);
      at += HEADER + length;
      count++;
    }
    bytes.position(at);
    if (at == end) {
      clear();
    } else if (bytes.capacity() - end < bytes.capacity() / 2) {
      bytes.compact().flip();
    }
    return count;
  }
}
