package io.millrace.recording;

/**
 * Lets a test kill a process between any two steps of recording and replaying. Without the system
 * property {@code io.millrace.recording.steps}, which names a {@link Listener} of this package, the
 * calls are compiled away.
 */
final class Steps {
  /** What has just been done. */
  enum Step {
    DIRECTORY_LOCKED,
    ENGINE_UNLOCKED,
    ENGINE_OPENED,
    NEWEST_READ,
    FILE_RESERVED,
    SOURCE_DESCRIBED,
    EXCERPT_CLAIMED,
    EXCERPT_FILLED,
    RECORD_APPENDED,
    RECORD_TAKEN,
    TARGET_OPENED,
    RECORD_PLAYED
  }

  /** Told of every step. */
  interface Listener {
    /**
     * A step was done.
     *
     * @param step which
     */
    void reached(Step step);
  }

  private static final Listener LISTENER = load();

  private Steps() {}

  static void reached(Step step) {
    if (LISTENER != null) {
      LISTENER.reached(step);
    }
  }

  private static Listener load() {
    String name = System.getProperty("io.millrace.recording.steps");
    if (name == null) {
      return null;
    }
    try {
      return (Listener) Class.forName(name).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("cannot listen to steps by " + name, failure);
    }
  }
}
