package io.millrace.perf.meeting;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The subjects that processes can meet at. */
public final class Meetings {
  /** Millrace's own barrier. */
  public static final String MILLRACE = "millrace";

  /** A {@code pthread_barrier_t} in shared memory. */
  public static final String PTHREAD = "pthread-barrier";

  /** A bare cache line that goes from one to the other and back. */
  public static final String LINE = "line";

  private Meetings() {}

  /**
   * How a subject is set up, for the results.
   *
   * @param subject its name
   * @return what is worth knowing
   */
  public static Map<String, Object> settings(String subject) {
    return switch (subject) {
      case MILLRACE -> Map.of("memory", "a memfd");
      case PTHREAD -> Map.of("memory", "a mapped file in tmpfs", "attribute", "PROCESS_SHARED");
      case LINE -> Map.of("memory", "a mapped file in tmpfs", "crossing", "there and back");
      default -> throw new IllegalArgumentException("nobody can meet at " + subject);
    };
  }

  /**
   * Makes what must be there before the first party comes.
   *
   * @param subject its name
   * @param directory a directory in memory
   * @param parties how many there will be
   * @throws IOException if it cannot be made
   */
  public static void prepare(String subject, Path directory, int parties) throws IOException {
    switch (subject) {
      case PTHREAD -> PthreadMeeting.prepare(directory, parties);
      case LINE -> LineMeeting.prepare(directory);
      default -> {
        // The first to come makes it.
      }
    }
  }

  /**
   * Joins.
   *
   * @param subject its name
   * @param directory that of {@link #prepare}
   * @param parties how many there are
   * @param me which one this is, from 0
   * @param spins whether to spin, where the subject can, or to sleep at once
   * @return this process's part
   * @throws IOException if it cannot be opened
   */
  public static Meeting join(String subject, Path directory, int parties, int me, boolean spins)
      throws IOException {
    return switch (subject) {
      case MILLRACE -> new BarrierMeeting(directory, parties, spins);
      case PTHREAD -> new PthreadMeeting(directory);
      case LINE -> new LineMeeting(directory, me);
      default -> throw new IllegalArgumentException("nobody can meet at " + subject);
    };
  }
}
