package io.millrace.ring;

import org.agrona.DirectBuffer;

/**
 * Many records claimed at once. Made by {@link Producer#tryBatch(int, int)}, used like this:
 *
 * <pre>{@code
 * try (Batch batch = producer.tryBatch(100, 32)) {
 *   while (batch != null && hasMore() && batch.add(TYPE, buffer, 0, 32)) { ... }
 * }
 * }</pre>
 *
 * <p>Each record is visible as soon as it is added; closing turns the rest of the room into padding
 * and wakes the consumers. If the process is killed in between, what was added stays.
 *
 * <p>Used, and closed, by the thread of its producer.
 */
public final class Batch implements AutoCloseable {
  private final GuardedWriter writes;

  Batch(GuardedWriter writes) {
    this.writes = writes;
  }

  /**
   * Writes the next record.
   *
   * @param type the record's type, 0 or more
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes
   * @return false if it does not fit into what is left of the batch
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   * @throws IllegalStateException if the batch is closed, as it also is after the copy of a payload
   *     has thrown something; what was added before stays
   */
  public boolean add(int type, DirectBuffer source, int offset, int length) {
    return writes.add(type, source, offset, length);
  }

  /**
   * Writes records in place, into this batch and the later ones of the same producer. Between two
   * batches it refuses to, as a closed batch does.
   *
   * @return a sender, used by the thread of the producer
   */
  public RecordSender sender() {
    return new BatchSender(writes);
  }

  /**
   * Ends the batch. Closing it again does nothing.
   *
   * @throws IllegalStateException if it is closed by the source of a payload that is being added
   */
  @Override
  public void close() {
    writes.endBatch();
  }
}
