package io.millrace.topic;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;

/**
 * Is told what becomes of the ring of a name. Called by the thread that polls the {@link
 * RingFollower}, inside the poll, between two records; what it throws comes out of the poll. It may
 * not use the follower, except for {@link RingFollower#wakeup()}.
 */
public interface RingListener {
  /** A listener that ignores everything. */
  RingListener NONE = new RingListener() {};

  /**
   * A ring is read from now on. Told before its first record; told again if its publisher was gone,
   * which was told, and another process publishes it again.
   *
   * @param ring how it is published
   * @param missed how much of its stream came before the group was there, in bytes; 0 of a ring
   *     that was there before the follower
   */
  default void onJoined(Service ring, long missed) {}

  /**
   * A ring has ended: nobody publishes it, nobody writes to it any more, and all of its records
   * were delivered.
   *
   * @param ring how it was published
   * @param how how its last publisher ended
   */
  default void onEnded(Service ring, Departure how) {}

  /**
   * A ring cannot be read, or not any more: it cannot be obtained, is damaged, or has no place
   * left. It is tried again from time to time, unless it is damaged; told once for each cause.
   *
   * @param ring how it is published; null if the record of the name cannot be read
   * @param why the cause
   */
  default void onRefused(Service ring, RuntimeException why) {}
}
