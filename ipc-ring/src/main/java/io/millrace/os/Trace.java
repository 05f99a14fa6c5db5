package io.millrace.os;

import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * Tells Chronicle's resource tracing, where it is on ({@code -Djvm.resource.tracing=true}), who
 * opened something and whether it was closed. It holds nothing itself: what has to be released is
 * released by its owner, whose failures are seen.
 *
 * <p>Where it is off, none of the classes of Chronicle is touched that stand on {@code
 * sun.misc.Unsafe}, of which JVMs warn and which they may deny, and that log.
 */
final class Trace {
  private static final boolean ON = Boolean.getBoolean("jvm.resource.tracing");

  private final AutoCloseable traced = ON ? Traced.open() : null;

  void close() {
    if (traced != null) {
      Traced.close(traced);
    }
  }

  /** Loaded only where it is on. */
  private static final class Traced extends AbstractCloseable {
    static AutoCloseable open() {
      Traced traced = new Traced();
      traced.singleThreadedCheckDisabled(true);
      return traced;
    }

    static void close(AutoCloseable traced) {
      ((Traced) traced).close();
    }

    @Override
    protected void performClose() {}
  }
}
