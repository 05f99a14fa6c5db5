package io.millrace.recording;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A record as it was read from a recording. */
final class Recorded {
  private final String name;
  private final long id;
  private final long position;
  private final int type;
  private final byte[] payload;
  private final long nanos;

  Recorded(String name, long id, long position, int type, byte[] payload) {
    this(name, id, position, type, payload, 0);
  }

  private Recorded(String name, long id, long position, int type, byte[] payload, long nanos) {
    this.name = name;
    this.id = id;
    this.position = position;
    this.type = type;
    this.payload = payload;
    this.nanos = nanos;
  }

  static List<Recorded> all(RecordingReader reader) {
    List<Recorded> all = new ArrayList<>();
    reader.poll(handler(all), Integer.MAX_VALUE);
    return all;
  }

  static Recorded next(RecordingReader reader) {
    List<Recorded> one = new ArrayList<>();
    reader.poll(handler(one), 1);
    return one.get(0);
  }

  private static RecordedHandler handler(List<Recorded> all) {
    return (source, nanos, position, type, buffer, offset, length) -> {
      byte[] bytes = new byte[length];
      buffer.getBytes(offset, bytes);
      all.add(new Recorded(source.name(), source.id(), position, type, bytes, nanos));
    };
  }

  String name() {
    return name;
  }

  long id() {
    return id;
  }

  long position() {
    return position;
  }

  byte[] payload() {
    return payload;
  }

  long nanos() {
    return nanos;
  }

  /** What the first eight bytes say. */
  long number() {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Recorded that
        && name.equals(that.name)
        && id == that.id
        && position == that.position
        && type == that.type
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, id, position);
  }

  @Override
  public String toString() {
    return name + " " + id + " " + position + " type " + type + " " + payload.length + " bytes";
  }
}
