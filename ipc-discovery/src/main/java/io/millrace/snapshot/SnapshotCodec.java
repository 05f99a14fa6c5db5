package io.millrace.snapshot;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns an entity into bytes in place, and back.
 *
 * <p>A codec is called by the thread that writes or reads, once at a time. It may keep flyweights
 * (SBE's or others) and hand out the same one at every {@link #decode}: such a view is valid as
 * long as the {@link Snapshot} that it came from is open.
 *
 * @param <T> the entity
 */
public interface SnapshotCodec<T> {
  /**
   * How much room encoding may take.
   *
   * @param entity what is going to be encoded
   * @return a number of bytes that is never too small; room is reserved for that many
   */
  int maximumLength(T entity);

  /**
   * Writes an entity. If it throws, nothing is published.
   *
   * @param entity what to write
   * @param buffer where to
   * @param offset where it starts
   * @return how many bytes it took, 0 to {@link #maximumLength}
   */
  int encode(T entity, MutableDirectBuffer buffer, int offset);

  /**
   * Reads an entity.
   *
   * @param buffer where from
   * @param offset where it starts
   * @param length how many bytes it has
   * @return the entity, a new one or a view of the buffer
   */
  T decode(DirectBuffer buffer, int offset, int length);
}
