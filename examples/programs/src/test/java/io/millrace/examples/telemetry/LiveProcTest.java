package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What holds on the host that runs the tests, whichever it is. */
class LiveProcTest {
  @Test
  void theMemoryIsThatOfThisHost() throws IOException {
    MemorySampleDecoder sample = memory();
    String total = Files.readString(Fixtures.LIVE.resolve("meminfo")).split("\\s+")[1];
    assertEquals(Long.parseLong(total), sample.total());
    assertTrue(sample.available() > 0 && sample.available() <= sample.total());
  }

  @Test
  void theProcessorsHaveWorked() {
    CpuSampleDecoder earlier = cpu();
    CpuSampleDecoder later = cpu();
    assertTrue(earlier.processors() > 0);
    assertTrue(earlier.user() > 0);
    assertTrue(earlier.contextSwitches() > 0);
    assertTrue(later.user() >= earlier.user());
    assertTrue(later.contextSwitches() >= earlier.contextSwitches());
  }

  @Test
  void theSamplingThreadIsAmongTheRunnableOnes() {
    SchedulerSampleDecoder sample =
        new SchedulerSampleDecoder()
            .wrapAndApplyHeader(
                Fixtures.message(new SchedulerSampler(Fixtures.LIVE)), 0, Fixtures.header());
    assertTrue(sample.runnable() >= 1);
    assertTrue(sample.threads() >= sample.runnable());
  }

  @Test
  void samplingDecodingAndCheckingAllocateNothing() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
    SampleChecker checker = new SampleChecker();
    SampleDecoder decoder =
        new SampleDecoder(
            (producer, seq, nanos) -> checker.onSample(producer, seq), new HostView());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sequence = 0;
    long least = Long.MAX_VALUE;
    try (HostSamplers samplers = HostSamplers.open(Fixtures.LIVE)) {
      // The first rounds load classes and grow buffers; one without allocation proves the point.
      for (int round = 0; round < 20 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          ProcSampler sampler = samplers.next();
          sampler.refresh(System.nanoTime());
          int length = sampler.encode(buffer, 0, 1, sequence++, System.nanoTime());
          decoder.onSample(buffer, 0, length);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
    }
    assertEquals(0, least);
    assertEquals(sequence, checker.received());
    assertTrue(checker.isFlawless());
  }

  private static CpuSampleDecoder cpu() {
    return new CpuSampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new CpuSampler(Fixtures.LIVE)), 0, Fixtures.header());
  }

  private static MemorySampleDecoder memory() {
    return new MemorySampleDecoder()
        .wrapAndApplyHeader(
            Fixtures.message(new MemorySampler(Fixtures.LIVE)), 0, Fixtures.header());
  }
}
