package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Values of which every word proves its version, its place and the length of the whole. */
final class Proof implements SnapshotCodec<Proof.Value> {
  /** What to write. */
  static final class Value {
    long version;
    int length;

    Value of(long newVersion, int newLength) {
      version = newVersion;
      length = newLength;
      return this;
    }
  }

  @Override
  public int maximumLength(Value value) {
    return value.length;
  }

  @Override
  public int encode(Value value, MutableDirectBuffer buffer, int offset) {
    int length = value.length;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      buffer.putLong(offset + at, word(value.version, length, at));
    }
    for (; at < length; at++) {
      buffer.putByte(offset + at, (byte) word(value.version, length, at));
    }
    return length;
  }

  @Override
  public Value decode(DirectBuffer buffer, int offset, int length) {
    throw new UnsupportedOperationException("a proof is checked, not decoded");
  }

  /** Publishes the next version, of 1000 bytes, and checks that it is the next. */
  static void writeNext(SnapshotWriter writer) {
    long version = writer.version() + 1;
    Value value = new Value().of(version, 1000);
    assertEquals(version, writer.write(value, new Proof(), Duration.ZERO).version());
  }

  static void assertReads(SnapshotReader reader, long version) {
    try (Snapshot snapshot = reader.readValidated()) {
      assertNull(fault(snapshot));
      assertEquals(version, snapshot.version());
    }
  }

  /** Returns {@code null}, or what is wrong. */
  static String fault(Snapshot snapshot) {
    DirectBuffer buffer = snapshot.buffer();
    long version = snapshot.version();
    int length = buffer.capacity();
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      if (buffer.getLong(at) != word(version, length, at)) {
        return "version " + version + " of " + length + " bytes is torn at byte " + at;
      }
    }
    for (; at < length; at++) {
      if (buffer.getByte(at) != (byte) word(version, length, at)) {
        return "version " + version + " of " + length + " bytes is torn at byte " + at;
      }
    }
    return null;
  }

  private static long word(long version, int length, int at) {
    long mixed = (version * 0x9E3779B97F4A7C15L ^ at) * 0xBF58476D1CE4E5B9L + length;
    return mixed ^ mixed >>> 29;
  }
}
