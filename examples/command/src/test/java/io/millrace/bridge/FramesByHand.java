package io.millrace.bridge;

import static io.millrace.bridge.FrameLayout.*;

import io.aeron.archive.client.AeronArchive;
import io.millrace.testkit.Eventually;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;

/** Stands in for a run of a sender, and sends what the test says. */
final class FramesByHand implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final AeronHost host;
  private final Store store;
  private final UnsafeBuffer frame = new UnsafeBuffer(new byte[200]);

  FramesByHand(BridgeSenderOptions options, long run) {
    host = AeronHost.own(options.archive(), options.driver(), options.control());
    store = Store.open(host, options.channel(), options.stream());
    frame.putLong(RUN, run, ByteOrder.LITTLE_ENDIAN);
    frame.putLong(RUN_START, store.position(), ByteOrder.LITTLE_ENDIAN);
  }

  void describe(long source, BridgedSource.Kind kind, String name) {
    describe(source, kind.ordinal(), name);
  }

  void describe(long source, int kind, String name) {
    fill(source, 0, SOURCE);
    frame.putInt(DETAIL, kind, ByteOrder.LITTLE_ENDIAN);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    frame.putBytes(PAYLOAD, bytes);
    send(bytes.length);
  }

  void record(long source, long position, int type, long payload) {
    fill(source, position, type);
    frame.putLong(PAYLOAD, payload);
    send(Long.BYTES);
  }

  void ended(long source) {
    fill(source, 0, ENDED);
    send(0);
  }

  /** As if the archive had got nothing yet. */
  private void fill(long source, long position, int type) {
    frame.putLong(RECORDED, 0, ByteOrder.LITTLE_ENDIAN);
    frame.putLong(SOURCE_ID, source, ByteOrder.LITTLE_ENDIAN);
    frame.putLong(POSITION, position, ByteOrder.LITTLE_ENDIAN);
    frame.putInt(TYPE, type, ByteOrder.LITTLE_ENDIAN);
    frame.putInt(DETAIL, 0, ByteOrder.LITTLE_ENDIAN);
  }

  private void send(int length) {
    Eventually.await(
        "room on the wire",
        DEADLINE,
        () -> store.offer(frame, PAYLOAD, frame, PAYLOAD, length) >= 0);
  }

  void awaitRecorded() {
    Eventually.await("the archive", DEADLINE, () -> store.recorded() >= store.position());
  }

  /** The stream ends in the archive at a place that it had reached. */
  static void truncate(BridgeSenderOptions options, long position) {
    try (AeronHost host = AeronHost.own(options.archive(), options.driver(), options.control());
        AeronArchive archive = Store.connect(host.aeron())) {
      archive.truncateRecording(Found.newest(archive, options.stream()).recording(), position);
    }
  }

  @Override
  public void close() {
    store.close();
    host.close();
  }
}
