package io.millrace.recording;

/**
 * Is told what becomes of a recording. Called by the thread that polls the recorder; what it throws
 * comes out of the poll. It may not use the recorder.
 */
public interface RecorderListener {
  /** A listener that ignores everything. */
  RecorderListener NONE = new RecorderListener() {};

  /**
   * A ring or a publisher is recorded from now on.
   *
   * @param source which
   */
  default void onSource(RecordedSource source) {}

  /**
   * A source has ended, and all that it left is recorded.
   *
   * @param source which
   */
  default void onEnded(RecordedSource source) {}

  /**
   * Records were not recorded: those that a lossy recorder was too slow for, or what came before it
   * and should have waited for it. The recording says so, too.
   *
   * @param source where
   * @param bytes how much of the stream
   */
  default void onLost(RecordedSource source, long bytes) {}

  /**
   * A source cannot be read, or not any more. It is tried again from time to time; told once for
   * each cause.
   *
   * @param name the ring or topic
   * @param why the cause
   */
  default void onRefused(String name, RuntimeException why) {}

  /**
   * Nothing is recorded for now, because there is no room. Producers are held back once their ring
   * is full, unless the recorder is lossy. It goes on by itself when there is room.
   *
   * @param why what there is no room for, and what helps
   */
  default void onHeld(String why) {}

  /** There is room again. */
  default void onResumed() {}
}
