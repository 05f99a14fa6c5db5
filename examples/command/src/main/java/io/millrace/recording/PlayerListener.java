package io.millrace.recording;

/**
 * Is told how far a player has come, about ten times a second and at the end. Called by the thread
 * that plays; what it throws ends the playing.
 */
@FunctionalInterface
public interface PlayerListener {
  /**
   * Tells how far the player has come.
   *
   * @param progress how far it has come
   */
  void onProgress(Progress progress);

  /**
   * How far a player has come.
   *
   * @param records published so far
   * @param bytes of payload published so far
   * @param done the part of the time that is to be played, 0 to 1
   * @param leftNanos how long the rest will take, in nanoseconds; -1 if that is not known
   * @param waitsFor what it waits for: empty, or the name of a ring without room or reader
   */
  record Progress(long records, long bytes, double done, long leftNanos, String waitsFor) {}
}
