package io.millrace.ring;

import static io.millrace.ring.RingLayout.MAX_CAPACITY;
import static io.millrace.ring.RingLayout.MAX_CONSUMERS;
import static io.millrace.ring.RingLayout.MAX_SLOTS;
import static io.millrace.ring.RingLayout.MIN_CAPACITY;

import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;

/**
 * The size and shape of a new ring. Immutable; start with {@link #capacity(int)} and refine:
 *
 * <pre>{@code
 * RingOptions.capacity(1 << 20).name("prices").maxProducers(4)
 * }</pre>
 *
 * @param name a name for humans, seen in messages and in /proc; at most 249 bytes in UTF-8
 * @param capacity the bytes of records that it holds, a power of two from 64 KiB to 512 MiB
 * @param maxProducers producers at one time, 1 to 64
 * @param maxGroups groups at one time, 1 to 64
 * @param maxConsumers consumers at one time in all groups together, 1 to 63
 * @param maxWaiters places for members that sleep, 1 to 64; each costs an event descriptor in every
 *     process that joins. A member that finds none looks every few milliseconds
 * @param isSingleProducer true if there is never more than one producer, which makes it faster
 * @param isLockedInMemory true to lock the memory in every process that joins, so that it is never
 *     paged out
 */
public record RingOptions(
    String name,
    int capacity,
    int maxProducers,
    int maxGroups,
    int maxConsumers,
    int maxWaiters,
    boolean isSingleProducer,
    boolean isLockedInMemory) {
  /** What memfd_create(2) takes. */
  private static final int MAX_NAME = 249;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is not kept
   * @throws NullPointerException if the name is null
   */
  public RingOptions {
    int nameLength = name.getBytes(StandardCharsets.UTF_8).length;
    if (nameLength > MAX_NAME || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "the name must have at most " + MAX_NAME + " bytes, none of them 0");
    }
    if (!BitUtil.isPowerOfTwo(capacity) || capacity < MIN_CAPACITY || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "capacity must be a power of two from "
              + MIN_CAPACITY
              + " to "
              + MAX_CAPACITY
              + " bytes, not "
              + capacity);
    }
    checkRange("maxProducers", maxProducers, MAX_SLOTS);
    checkRange("maxGroups", maxGroups, MAX_SLOTS);
    checkRange("maxConsumers", maxConsumers, MAX_CONSUMERS);
    checkRange("maxWaiters", maxWaiters, MAX_SLOTS);
    if (isSingleProducer && maxProducers != 1) {
      throw new IllegalArgumentException("a single-producer ring has maxProducers 1");
    }
  }

  /**
   * Default options: 64 producers, 16 groups, 32 consumers, 8 waiters.
   *
   * @param capacity bytes of records, a power of two from 64 KiB to 512 MiB
   * @return the options
   */
  public static RingOptions capacity(int capacity) {
    return new RingOptions("ring", capacity, 64, 16, 32, 8, false, false);
  }

  /**
   * With another name.
   *
   * @param value the name
   * @return new options
   */
  public RingOptions name(String value) {
    return new RingOptions(
        value,
        capacity,
        maxProducers,
        maxGroups,
        maxConsumers,
        maxWaiters,
        isSingleProducer,
        isLockedInMemory);
  }

  /**
   * With room for another number of producers.
   *
   * @param value 1 to 64
   * @return new options
   * @throws IllegalArgumentException if it is more than 1 and they are for a single producer
   */
  public RingOptions maxProducers(int value) {
    return new RingOptions(
        name,
        capacity,
        value,
        maxGroups,
        maxConsumers,
        maxWaiters,
        isSingleProducer,
        isLockedInMemory);
  }

  /**
   * With room for another number of groups.
   *
   * @param value 1 to 64
   * @return new options
   */
  public RingOptions maxGroups(int value) {
    return new RingOptions(
        name,
        capacity,
        maxProducers,
        value,
        maxConsumers,
        maxWaiters,
        isSingleProducer,
        isLockedInMemory);
  }

  /**
   * With room for another number of consumers.
   *
   * @param value 1 to 63
   * @return new options
   */
  public RingOptions maxConsumers(int value) {
    return new RingOptions(
        name,
        capacity,
        maxProducers,
        maxGroups,
        value,
        maxWaiters,
        isSingleProducer,
        isLockedInMemory);
  }

  /**
   * With room for another number of sleepers.
   *
   * @param value 1 to 64
   * @return new options
   */
  public RingOptions maxWaiters(int value) {
    return new RingOptions(
        name,
        capacity,
        maxProducers,
        maxGroups,
        maxConsumers,
        value,
        isSingleProducer,
        isLockedInMemory);
  }

  /**
   * For one producer at a time, which claims without a compare-and-set; whatever number of
   * producers was given before.
   *
   * @return new options
   */
  public RingOptions forSingleProducer() {
    return new RingOptions(
        name, capacity, 1, maxGroups, maxConsumers, maxWaiters, true, isLockedInMemory);
  }

  /**
   * Locked in memory. Needs a sufficient {@code ulimit -l}.
   *
   * @return new options
   */
  public RingOptions lockedInMemory() {
    return new RingOptions(
        name, capacity, maxProducers, maxGroups, maxConsumers, maxWaiters, isSingleProducer, true);
  }

  private static void checkRange(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " must be from 1 to " + max + ", not " + value);
    }
  }
}
