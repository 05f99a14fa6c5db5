package io.millrace.bridge;

import static io.millrace.bridge.FrameLayout.*;

import io.millrace.polled.HeldException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Puts records and news into frames. */
final class Wire {
  /** So long a delivery waits for room before it is ended. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int SPINS = 100;
  private static final long PAUSE_NANOS = 10_000;

  private final UnsafeBuffer front = new UnsafeBuffer(new byte[PAYLOAD + LONGEST_NAME]);
  private final Store store;
  private final BooleanSupplier isDue;
  private final BridgeListener listener;
  private long records;

  Wire(Store store, long run, BooleanSupplier isDue, BridgeListener listener) {
    this.store = store;
    this.isDue = isDue;
    this.listener = listener;
    front.putLong(RUN, run, ByteOrder.LITTLE_ENDIAN);
    front.putLong(RUN_START, store.position(), ByteOrder.LITTLE_ENDIAN);
  }

  /** Sends a record, once its source was described. */
  void record(Sent of, long position, int type, DirectBuffer buffer, int offset, int length) {
    if (type < 0) {
      leaveOut(of, position, type);
      return;
    }
    if (!of.isDescribed) {
      describe(of);
    }
    fill(of.source.id(), position, type);
    of.add(position, send(PAYLOAD, buffer, offset, length));
    records++;
  }

  /** No producer writes such types, so somebody wrote into the ring; frames use them for news. */
  private void leaveOut(Sent of, long position, int type) {
    of.add(position, store.position());
    if (!of.isDamaged) {
      of.isDamaged = true;
      listener.onRefused(
          of.source.name(),
          new BridgeException(
              "records with types that no producer writes are not sent; the first one is at"
                  + " position "
                  + position
                  + ", of type "
                  + type));
    }
  }

  /** How many were sent. */
  long records() {
    return records;
  }

  void describe(Sent of) {
    fill(of.source.id(), 0, SOURCE);
    front.putInt(DETAIL, of.source.kind().ordinal(), ByteOrder.LITTLE_ENDIAN);
    send(PAYLOAD + putName(of.source.name()), front, 0, 0);
    of.isDescribed = true;
  }

  void ended(Sent of) {
    fill(of.source.id(), 0, ENDED);
    send(PAYLOAD, front, 0, 0);
  }

  void all(String name) {
    fill(0, 0, ALL);
    send(PAYLOAD + putName(name), front, 0, 0);
  }

  private void fill(long source, long position, int type) {
    front.putLong(RECORDED, store.recorded(), ByteOrder.LITTLE_ENDIAN);
    front.putLong(SOURCE_ID, source, ByteOrder.LITTLE_ENDIAN);
    front.putLong(POSITION, position, ByteOrder.LITTLE_ENDIAN);
    front.putInt(TYPE, type, ByteOrder.LITTLE_ENDIAN);
    front.putInt(DETAIL, 0, ByteOrder.LITTLE_ENDIAN);
  }

  private int putName(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    front.putBytes(PAYLOAD, bytes);
    return bytes.length;
  }

  private long send(int frontLength, DirectBuffer buffer, int offset, int length) {
    long end = store.offer(front, frontLength, buffer, offset, length);
    long start = end < 0 ? System.nanoTime() : 0;
    for (int tries = 0; end < 0; tries++) {
      if (isDue.getAsBoolean() || System.nanoTime() - start > PATIENCE_NANOS) {
        throw HeldException.THROWN;
      }
      if (tries < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      end = store.offer(front, frontLength, buffer, offset, length);
    }
    return end;
  }
}
