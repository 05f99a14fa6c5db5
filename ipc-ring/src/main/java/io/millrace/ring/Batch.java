package io.millrace.ring;

import org.agrona.DirectBuffer;

/**
 * Many records claimed at once. Made by {@link Producer#tryBatch(int, int)}, used like this:
 *
 * <pre>{@code
 * try (Batch batch = producer.tryBatch(100, 32)) {
 *   while (batch != null && hasMore() && batch.add(buffer, 0, 32, TYPE)) { ... }
 * }
 * }</pre>
 *
 * <p>Each record is visible as soon as it was added; closing turns the rest of the room into
 * padding and wakes the consumers. If the process is killed in between, what was added stays.
 */
public final class Batch implements AutoCloseable {
  private final Producer producer;
  private boolean open;
  private long position;
  private long end;
  private int records;
  private long bytes;

  Batch(Producer producer) {
    this.producer = producer;
  }

  void begin(long start, int length) {
    position = start;
    end = start + length;
    records = 0;
    bytes = 0;
    open = true;
  }

  /**
   * Writes the next record.
   *
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes
   * @param type the record's type, 0 or more
   * @return false if it does not fit into what is left of the batch
   * @throws IllegalStateException if the batch is closed
   */
  public boolean add(DirectBuffer source, int offset, int length, int type) {
    if (!open) {
      throw new IllegalStateException("the batch is closed");
    }
    long next = position + RingLayout.recordLength(length);
    if (length > end - position || next > end) {
      return false;
    }
    producer.write(position, source, offset, length, type);
    position = next;
    records++;
    bytes += length;
    return true;
  }

  boolean isOpen() {
    return open;
  }

  void end() {
    open = false;
    producer.endBatch(position, end, records, bytes);
  }

  /** Ends the batch. Closing it again does nothing. */
  @Override
  public void close() {
    if (open) {
      end();
    }
  }
}
