package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostViewTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int COLUMNS = 120;

  private final HostView view = new HostView();
  private final SampleDecoder decoder = new SampleDecoder((producer, seq, nanos) -> {}, view);

  @Test
  void theLineShowsWhatHappenedBetweenTwoRecordings() {
    show(Fixtures.recorded("first"), 0);
    show(Fixtures.recorded("second"), 7 * SECOND);
    assertEquals(
        "cpu  99%  load  1.21  run  8/125  ctx   2365/s  mem  3.9/23.5 GiB"
            + "  disk r  60.0 w  60.7  net in  0.60 out  0.03 MB/s",
        view.nextLine());
  }

  @Test
  void anIntervalInWhichNothingMovedHasNoBusyShare() {
    show(Fixtures.recorded("first"), 0);
    show(Fixtures.recorded("second"), 7 * SECOND);
    view.nextLine();
    show(Fixtures.recorded("second"), 8 * SECOND);
    assertEquals(
        "cpu   -%  load  1.21  run  8/125  ctx      0/s  mem  3.9/23.5 GiB"
            + "  disk r   0.0 w   0.0  net in  0.00 out  0.00 MB/s",
        view.nextLine());
  }

  @Test
  void aRateThatIsNotKnownIsADash() {
    String expected =
        "cpu   -%  load  0.00  run  0/0  ctx      -/s  mem  0.0/0.0 GiB"
            + "  disk r     - w     -  net in     - out     - MB/s";
    assertEquals(expected, view.nextLine());
  }

  @Test
  void aHostWithoutTheFilesIsShownAsIdle(@TempDir Path empty) {
    show(empty, 0);
    show(empty, SECOND);
    assertEquals(
        "cpu   -%  load  0.00  run  0/0  ctx      0/s  mem  0.0/0.0 GiB"
            + "  disk r   0.0 w   0.0  net in  0.00 out  0.00 MB/s",
        view.nextLine());
  }

  @Test
  void aSampleThatArrivesLateDoesNotTurnTheFiguresBack() {
    show(Fixtures.recorded("first"), 0);
    show(Fixtures.recorded("second"), 7 * SECOND);
    show(Fixtures.recorded("first"), 6 * SECOND);
    assertTrue(view.nextLine().startsWith("cpu  99%  load  1.21  run  8/125  ctx   2365/s"));
  }

  @Test
  void theLineOfThisHostFitsTheScreen() {
    show(Fixtures.LIVE, System.nanoTime());
    show(Fixtures.LIVE, System.nanoTime());
    String line = view.nextLine();
    assertTrue(line.length() <= COLUMNS, line);
    assertTrue(
        line.matches(
            "cpu +([0-9]+|-)%  load +[0-9.]+  run +[0-9]+/[0-9]+  ctx +[0-9]+/s"
                + "  mem +[0-9.]+/[0-9.]+ GiB  disk r +[0-9.]+ w +[0-9.]+"
                + "  net in +[0-9.]+ out +[0-9.]+ MB/s"),
        line);
  }

  private void show(Path proc, long nanos) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
    try (HostSamplers samplers = HostSamplers.open(proc)) {
      for (int i = 0; i < samplers.count(); i++) {
        ProcSampler sampler = samplers.next();
        sampler.refresh(nanos);
        assertTrue(decoder.onSample(buffer, 0, sampler.encode(buffer, 0, 0, i, nanos)));
      }
    }
  }
}
