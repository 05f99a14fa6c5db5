package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.snapshot.codec.LimitsDecoder;
import io.millrace.snapshot.codec.LimitsEncoder;
import io.millrace.snapshot.codec.MessageHeaderDecoder;
import io.millrace.snapshot.codec.MessageHeaderEncoder;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SBE message is encoded into the file and decoded where it is. */
class SbeCodecTest {
  @TempDir(factory = SharedMemory.class)
  Path directory;

  /** What the application holds. */
  record Limits(long instrument, long maximumOrder, long maximumPosition, boolean halted) {}

  /** Writes the application's object through SBE's flyweight. */
  static final class Writing implements SnapshotCodec<Limits> {
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final LimitsEncoder encoder = new LimitsEncoder();

    @Override
    public int maximumLength(Limits limits) {
      return MessageHeaderEncoder.ENCODED_LENGTH + LimitsEncoder.BLOCK_LENGTH;
    }

    @Override
    public int encode(Limits limits, MutableDirectBuffer buffer, int offset) {
      encoder
          .wrapAndApplyHeader(buffer, offset, header)
          .instrument(limits.instrument())
          .maximumOrder(limits.maximumOrder())
          .maximumPosition(limits.maximumPosition())
          .halted((byte) (limits.halted() ? 1 : 0));
      return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    @Override
    public Limits decode(DirectBuffer buffer, int offset, int length) {
      throw new UnsupportedOperationException("this side only writes");
    }
  }

  /** Shows the bytes in the file through SBE's flyweight; nothing is copied. */
  static final class Reading implements SnapshotCodec<LimitsDecoder> {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final LimitsDecoder decoder = new LimitsDecoder();

    @Override
    public int maximumLength(LimitsDecoder limits) {
      throw new UnsupportedOperationException("this side only reads");
    }

    @Override
    public int encode(LimitsDecoder limits, MutableDirectBuffer buffer, int offset) {
      throw new UnsupportedOperationException("this side only reads");
    }

    @Override
    public LimitsDecoder decode(DirectBuffer buffer, int offset, int length) {
      return decoder.wrapAndApplyHeader(buffer, offset, header);
    }
  }

  @Test
  void aFlyweightReadsTheValueInPlace() {
    Synchronizer state = Synchronizer.open(directory.resolve("limits"));
    Writing writing = new Writing();
    Reading reading = new Reading();
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new Limits(7, 100, 5000, false), writing, Duration.ZERO);
      try (Snapshot snapshot = reader.read()) {
        LimitsDecoder limits = snapshot.decode(reading);
        assertSame(snapshot.buffer(), limits.buffer());
        writer.write(new Limits(7, 50, 5000, true), writing, Duration.ZERO);
        assertEquals(100, limits.maximumOrder());
        assertEquals(0, limits.halted());
      }
      try (Snapshot snapshot = reader.read()) {
        LimitsDecoder limits = snapshot.decode(reading);
        assertEquals(7, limits.instrument());
        assertEquals(50, limits.maximumOrder());
        assertEquals(5000, limits.maximumPosition());
        assertEquals(1, limits.halted());
      }
    }
  }
}
