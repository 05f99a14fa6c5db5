package io.millrace.perf.meeting;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.time.Duration;

/** Millrace's own. */
final class BarrierMeeting implements Meeting {
  /** Longer than any crossing takes. */
  private static final Duration ALWAYS = Duration.ofMinutes(1);

  private final Registry registry;
  private final Barrier barrier;

  BarrierMeeting(Path directory, int parties, boolean spins) {
    registry = Registry.open(directory.resolve("registry"));
    barrier =
        Barrier.createOrJoin(registry, "crossing", parties).spin(spins ? ALWAYS : Duration.ZERO);
  }

  @Override
  public void cross() throws Exception {
    barrier.await();
  }

  @Override
  public void close() {
    barrier.leave();
    registry.close();
  }
}
