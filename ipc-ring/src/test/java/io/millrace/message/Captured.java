package io.millrace.message;

import io.millrace.ring.RecordSender;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A sender that keeps what is sent, with noise in its memory, at an odd place. */
final class Captured implements RecordSender {
  private static final int PLACE = 3;
  private static final int LONGEST = 1 << 16;

  /** A record that was committed. */
  record Sent(int type, byte[] payload) {}

  /** A sender that keeps the last record only, and allocates nothing. */
  static final class Sink implements RecordSender {
    int type;
    int length;
    private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();

    @Override
    public int tryClaim(int newType, int newLength) {
      type = newType;
      length = newLength;
      return 0;
    }

    @Override
    public MutableDirectBuffer buffer() {
      return buffer;
    }

    @Override
    public long commit(int index) {
      return 1;
    }

    @Override
    public void abort(int index) {
      length = 0;
    }

    @Override
    public int maxMessageLength() {
      return buffer.capacity();
    }
  }

  final List<Sent> sent = new ArrayList<>();
  int aborted;
  boolean isFull;
  Runnable onBuffer = () -> {};
  Runnable onAbort = () -> {};
  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
  private int length = -1;
  private int type;

  @Override
  public int tryClaim(int type, int length) {
    if (this.length >= 0) {
      throw new IllegalStateException("claimed already");
    }
    if (isFull) {
      return BACK_PRESSURED;
    }
    if (length < 0 || length > LONGEST) {
      throw new IllegalArgumentException("a message of " + length + " bytes");
    }
    buffer.setMemory(0, PLACE + length, (byte) 0x5a);
    this.length = length;
    this.type = type;
    return PLACE;
  }

  @Override
  public MutableDirectBuffer buffer() {
    onBuffer.run();
    return buffer;
  }

  @Override
  public long commit(int index) {
    byte[] payload = new byte[length];
    buffer.getBytes(index, payload);
    sent.add(new Sent(type, payload));
    length = -1;
    return sent.size();
  }

  @Override
  public void abort(int index) {
    onAbort.run();
    if (length < 0) {
      throw new IllegalStateException("nothing is claimed");
    }
    length = -1;
    aborted++;
  }

  boolean isClaimed() {
    return length >= 0;
  }

  @Override
  public int maxMessageLength() {
    return LONGEST;
  }

  /** The payload of the only record. */
  byte[] only() {
    if (sent.size() != 1) {
      throw new AssertionError(sent.size() + " records");
    }
    return sent.get(0).payload();
  }

  /** Gives all that was sent to a reader, again with noise around it. */
  void replay(MessageReader reader) {
    for (Sent one : sent) {
      deliver(reader, one.type(), one.payload());
    }
    sent.clear();
  }

  static void deliver(MessageReader reader, int type, byte[] payload) {
    byte[] all = new byte[payload.length + 2 * PLACE];
    java.util.Arrays.fill(all, (byte) 0x5a);
    System.arraycopy(payload, 0, all, PLACE, payload.length);
    reader.onRecord(type, new UnsafeBuffer(all), PLACE, payload.length);
  }
}
