package io.millrace.recording;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/**
 * The options of a player. Immutable; for example:
 *
 * <pre>{@code
 * PlayerOptions.of(directory).speed(10).only("orders").into("orders-again")
 * }</pre>
 *
 * @param directory where the recording is
 * @param speed how many times faster than it was recorded; {@link #AS_FAST_AS_POSSIBLE} keeps no
 *     distances
 * @param from when the first record was read, or later
 * @param to before when the last one was read
 * @param only the ring or topic that is played; empty for all
 * @param into the ring or topic that all is published in; empty for those of the recorded names
 * @param capacity of the rings that it makes where the recording does not tell, in bytes
 * @param isWaitingForReaders true to begin only when every ring that it makes has a reader
 */
public record PlayerOptions(
    Path directory,
    double speed,
    Instant from,
    Instant to,
    String only,
    String into,
    int capacity,
    boolean isWaitingForReaders) {
  /** No distances between records: only back-pressure holds the player up. */
  public static final double AS_FAST_AS_POSSIBLE = Double.POSITIVE_INFINITY;

  private static final int CAPACITY = 4 << 20;

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if the speed is not above 0
   * @throws NullPointerException if something is null
   */
  public PlayerOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(only, "only");
    Objects.requireNonNull(into, "into");
    if (!(speed > 0)) {
      throw new IllegalArgumentException("a speed of " + speed + ": it must be above 0");
    }
  }

  /**
   * Plays all of a recording as it was, into rings and topics of the recorded names.
   *
   * @param directory where the recording is
   * @return the options
   */
  public static PlayerOptions of(Path directory) {
    return new PlayerOptions(directory, 1, Instant.EPOCH, Instant.MAX, "", "", CAPACITY, false);
  }

  /**
   * At another speed.
   *
   * @param times how many times faster than it was recorded
   * @return new options
   */
  public PlayerOptions speed(double times) {
    return new PlayerOptions(directory, times, from, to, only, into, capacity, isWaitingForReaders);
  }

  /**
   * Beginning with what was read at a time or later. That is found by the index of the recording.
   *
   * @param time from when on
   * @return new options
   */
  public PlayerOptions from(Instant time) {
    return new PlayerOptions(directory, speed, time, to, only, into, capacity, isWaitingForReaders);
  }

  /**
   * Ending before what was read at a time or later.
   *
   * @param time until when
   * @return new options
   */
  public PlayerOptions to(Instant time) {
    return new PlayerOptions(
        directory, speed, from, time, only, into, capacity, isWaitingForReaders);
  }

  /**
   * Of one ring or topic.
   *
   * @param name its recorded name
   * @return new options
   */
  public PlayerOptions only(String name) {
    return new PlayerOptions(directory, speed, from, to, name, into, capacity, isWaitingForReaders);
  }

  /**
   * Into a ring or topic of another name.
   *
   * @param name that
   * @return new options
   */
  public PlayerOptions into(String name) {
    return new PlayerOptions(directory, speed, from, to, only, name, capacity, isWaitingForReaders);
  }

  /**
   * With larger or smaller rings, where the recording does not tell how large they were.
   *
   * @param bytes a power of two from 64 KiB to 512 MiB; twice the longest record at least
   * @return new options
   */
  public PlayerOptions capacity(int bytes) {
    return new PlayerOptions(directory, speed, from, to, only, into, bytes, isWaitingForReaders);
  }

  /**
   * Beginning only when somebody reads: without, records that nobody reads are gone, as they are
   * for every producer.
   *
   * @return new options
   */
  public PlayerOptions waitingForReaders() {
    return new PlayerOptions(directory, speed, from, to, only, into, capacity, true);
  }
}
