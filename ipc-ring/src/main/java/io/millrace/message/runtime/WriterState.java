package io.millrace.message.runtime;

import io.millrace.ring.BackPressureException;
import io.millrace.ring.RecordSender;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a generated writer stands on; not its superclass, because the methods of an interface may
 * have any name. Each method of a writer first looks at all its arguments, then claims, writes and
 * commits: no code of the application runs while something is claimed, so none can change what was
 * measured, or use or close the sender in between.
 */
public final class WriterState {
  private static final int NOTHING = -1;

  /** Where the records go. */
  public final RecordSender sender;

  /** Where variable parts are put together. */
  public final Stage stage;

  private final String name;
  private final BackPressureException backPressure;

  /** A claim that could not be ended, because that threw too. Hardly ever set. */
  public int owing = NOTHING;

  /**
   * Makes the part that is the same for all.
   *
   * @param name of the interface
   * @param sender where the records go
   */
  public WriterState(String name, RecordSender sender) {
    this.name = name;
    this.sender = sender;
    stage = new Stage(sender);
    backPressure =
        new BackPressureException(
            "no room for a message of "
                + name
                + ": let its readers catch up, write through producer.waiting(...), or let its"
                + " methods return boolean");
  }

  /** For methods that have no result. */
  public void requireSent(long position) {
    if (position < 0) {
      throw backPressure;
    }
  }

  /** Ends what an earlier call had to leave. */
  public void settle() {
    if (owing >= 0) {
      abort();
    }
  }

  /** Gives up the claim of a call that throws. The caller has noted it in {@link #owing}. */
  public void giveUp(Throwable thrown) {
    try {
      abort();
    } catch (Throwable again) {
      if (again != thrown) {
        thrown.addSuppressed(again);
      }
    }
  }

  private void abort() {
    try {
      sender.abort(owing);
    } catch (IllegalStateException ended) {
      // The claim was ended before something was thrown, or with its sender: nothing is owed.
    }
    owing = NOTHING;
  }

  /**
   * Bytes that no code of the application stands behind.
   *
   * @param buffer the argument
   * @param what it is, for messages
   * @return the same bytes
   */
  public static UnsafeBuffer view(DirectBuffer buffer, String what) {
    Texts.requirePresent(buffer, what);
    return buffer.getClass() == UnsafeBuffer.class
        ? (UnsafeBuffer) buffer
        : new UnsafeBuffer(buffer);
  }

  /**
   * The number of a constant.
   *
   * @param constant the argument
   * @param what it is, for messages
   * @return its place among its kind
   */
  public static int ordinal(Enum<?> constant, String what) {
    Texts.requirePresent(constant, what);
    return constant.ordinal();
  }

  /**
   * The number of a constant that may be missing.
   *
   * @param constant the argument, or null
   * @param none what stands for null
   * @return its place among its kind
   */
  public static int ordinal(Enum<?> constant, int none) {
    return constant == null ? none : constant.ordinal();
  }

  /** Says whose writer this is. */
  @Override
  public String toString() {
    return "writer of " + name;
  }
}
