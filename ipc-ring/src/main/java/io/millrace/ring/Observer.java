package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.lang.invoke.VarHandle;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sees the stream without being a member: it holds nobody back, is in no group, and is told when it
 * was overrun. Made by {@link Ring#addObserver()}.
 *
 * <p>Records are copied out before the handler gets them, and checked to be whole after that. Used
 * by one thread at a time, like every handle.
 */
public final class Observer extends RingHandle {
  private final Ring ring;
  private final RingMemory memory;
  private final UnsafeBuffer data;
  private final ExpandableArrayBuffer copy = new ExpandableArrayBuffer(4096);
  private long position;
  private long lostBytes;
  private long knownLostRecords;

  Observer(Ring ring) {
    this.ring = ring;
    memory = ring.memory();
    data = memory.data;
    position = memory.tail();
  }

  /**
   * Delivers records that are there, and returns without waiting.
   *
   * @param handler receives copies of them
   * @param limit how many at most
   * @return how many were delivered
   */
  public int poll(RecordHandler handler, int limit) {
    throwExceptionIfClosed();
    int count = 0;
    while (count < limit) {
      int at = (int) position & memory.mask;
      if (!memory.isCommitted(position)) {
        long tail = memory.tail();
        if (tail - position <= memory.capacity) {
          return count; // Nothing there, or not committed yet.
        }
        resynchronize(tail);
        continue;
      }
      int length = data.getInt(at + RECORD_LENGTH);
      int type = data.getInt(at + RECORD_TYPE);
      boolean plausible = length >= 0 && length <= memory.maxClaim - RECORD_HEADER_LENGTH;
      if (plausible && type != PADDING) {
        copy.putBytes(0, data, at + RECORD_HEADER_LENGTH, length);
      }
      // A producer moves the tail before it writes: with the tail still in reach, all was whole.
      VarHandle.acquireFence();
      long tail = memory.tail();
      if (tail - position > memory.capacity) {
        knownLostRecords++;
        resynchronize(tail);
        continue;
      }
      if (!plausible) {
        throw new RingCorruptedException(
            "the record at position " + position + " has an impossible length: " + length);
      }
      position += recordLength(length);
      if (type != PADDING) {
        handler.onRecord(type, copy, 0, length);
        count++;
      }
    }
    return count;
  }

  /** Goes on at the newest boundary that is certain to be one: what is between is lost. */
  private void resynchronize(long tail) {
    lostBytes += tail - position;
    position = tail;
  }

  /**
   * Where the observer is.
   *
   * @return the position of the next record, in bytes from the start of the stream
   */
  public long position() {
    throwExceptionIfClosed();
    return position;
  }

  /**
   * How much was overwritten before this observer saw it.
   *
   * @return bytes of the stream, headers and padding included; exact
   */
  public long lostBytes() {
    throwExceptionIfClosed();
    return lostBytes;
  }

  /**
   * How many records are known to be among the lost bytes. There were probably more.
   *
   * @return a lower bound
   */
  public long knownLostRecords() {
    throwExceptionIfClosed();
    return knownLostRecords;
  }

  @Override
  protected void performClose() {
    ring.released();
  }
}
