package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.DiskSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.NetworkSampleDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each value of a message is the one that the recorded file holds. */
class RecordedSamplesTest {
  private final Path recorded = Fixtures.recorded("first");

  @TempDir Path proc;

  @Test
  void cpu() {
    CpuSampleDecoder sample = cpu(recorded);
    assertEquals(22335, sample.user());
    assertEquals(0, sample.nice());
    assertEquals(4694, sample.system());
    assertEquals(282632, sample.idle());
    assertEquals(740, sample.iowait());
    assertEquals(0, sample.irq());
    assertEquals(83, sample.softirq());
    assertEquals(19, sample.steal());
    assertEquals(713521, sample.contextSwitches());
    assertEquals(9092, sample.forks());
    assertEquals(2, sample.running());
    assertEquals(0, sample.blocked());
    assertEquals(2, sample.processors());
  }

  @Test
  void memory() {
    MemorySampleDecoder sample = memory(recorded);
    assertEquals(24684084, sample.total());
    assertEquals(20825452, sample.free());
    assertEquals(21041388, sample.available());
    assertEquals(54728, sample.buffers());
    assertEquals(328632, sample.cached());
    assertEquals(0, sample.swapTotal());
    assertEquals(0, sample.swapFree());
    assertEquals(152, sample.dirty());
    assertEquals(0, sample.writeback());
    assertEquals(8872, sample.shared());
  }

  @Test
  void disk() {
    DiskSampleDecoder sample = disk(recorded);
    assertEquals(85211, sample.reads());
    assertEquals(4454650, sample.sectorsRead());
    assertEquals(30768, sample.readMillis());
    assertEquals(6254, sample.writes());
    assertEquals(634552, sample.sectorsWritten());
    assertEquals(4428, sample.writeMillis());
    assertEquals(13308, sample.busyMillis());
    assertEquals(0, sample.inFlight());
    assertEquals(1, sample.disks());
  }

  @Test
  void network() {
    NetworkSampleDecoder sample = network(recorded);
    assertEquals(30770931, sample.receivedBytes());
    assertEquals(1955, sample.receivedPackets());
    assertEquals(0, sample.receiveFaults());
    assertEquals(233700, sample.sentBytes());
    assertEquals(1872, sample.sentPackets());
    assertEquals(0, sample.sendFaults());
    assertEquals(3193, sample.loopbackBytes());
    assertEquals(29, sample.loopbackPackets());
    assertEquals(3, sample.interfaces());
  }

  @Test
  void schedulerWithoutSchedstat() {
    SchedulerSampleDecoder sample = scheduler(recorded);
    assertEquals(106, sample.load1());
    assertEquals(53, sample.load5());
    assertEquals(27, sample.load15());
    assertEquals(2, sample.runnable());
    assertEquals(98, sample.threads());
    assertEquals(0, sample.runNanos());
    assertEquals(0, sample.waitNanos());
    assertEquals(53280826, sample.samplerRunNanos());
    assertEquals(792809, sample.samplerWaitNanos());
  }

  @Test
  void schedulerWithSchedstatAddsTheProcessorsUp() {
    Fixtures.write(
        proc,
        "schedstat",
        """
        version 17
        timestamp 4295102361
        cpu0 1 2 3 4 5 6 1000 200 9
        domain0 SMT 00000003 7 7 7 7 7 7 7 7 7 7 7
        cpu1 1 2 3 4 5 6 4000 500 9
        """);
    SchedulerSampleDecoder sample = scheduler(proc);
    assertEquals(5000, sample.runNanos());
    assertEquals(700, sample.waitNanos());
  }

  @Test
  void disksAreAddedUpWithoutTheirPartitions() {
    Fixtures.write(
        proc,
        "diskstats",
        """
         259       0 nvme0n1 10 1 100 7 20 2 200 8 3 9 15 0 0 0 0 0 0
         259       1 nvme0n1p1 9 1 90 7 19 2 190 8 0 9 15 0 0 0 0 0 0
           8       0 sda 1000 0 10000 70 2000 0 20000 80 4 90 150
           8       1 sda1 1000 0 10000 70 2000 0 20000 80 0 90 150
         252       0 dm-0 5 0 50 5 5 0 50 5 0 5 5
        """);
    DiskSampleDecoder sample = disk(proc);
    assertEquals(2, sample.disks());
    assertEquals(1010, sample.reads());
    assertEquals(10100, sample.sectorsRead());
    assertEquals(77, sample.readMillis());
    assertEquals(2020, sample.writes());
    assertEquals(20200, sample.sectorsWritten());
    assertEquals(88, sample.writeMillis());
    assertEquals(7, sample.inFlight());
    assertEquals(99, sample.busyMillis());
  }

  @Test
  void interfacesAreAddedUpWithoutLoopback() {
    Fixtures.write(
        proc,
        "net/dev",
        """
        Inter-|   Receive                            |  Transmit
         face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo
            lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0
          eth0:9999999999 20 1 2 0 0 0 0 200 21 3 4 0 0 0 0
         wlan1: 1 5 10 20 0 0 0 0 6 7 30 40 0 0 0 0
        """);
    NetworkSampleDecoder sample = network(proc);
    assertEquals(2, sample.interfaces());
    assertEquals(10000000000L, sample.receivedBytes());
    assertEquals(25, sample.receivedPackets());
    assertEquals(33, sample.receiveFaults());
    assertEquals(206, sample.sentBytes());
    assertEquals(28, sample.sentPackets());
    assertEquals(77, sample.sendFaults());
    assertEquals(1000, sample.loopbackBytes());
    assertEquals(10, sample.loopbackPackets());
  }

  @Test
  void fieldsThatAnOldKernelDoesNotWriteAreZero() {
    Fixtures.write(proc, "stat", "cpu  1 2 3 4\ncpu0 1 2 3 4\nctxt 5\n");
    CpuSampleDecoder sample = cpu(proc);
    assertEquals(4, sample.idle());
    assertEquals(0, sample.iowait());
    assertEquals(0, sample.steal());
    assertEquals(5, sample.contextSwitches());
    assertEquals(0, sample.forks());
  }

  @Test
  void aHostWithoutTheFilesGivesZeroes() {
    assertEquals(0, cpu(proc).idle());
    assertEquals(0, cpu(proc).processors());
    assertEquals(0, memory(proc).total());
    assertEquals(0, disk(proc).disks());
    assertEquals(0, disk(proc).reads());
    assertEquals(0, network(proc).interfaces());
    assertEquals(0, network(proc).receivedBytes());
    assertEquals(0, scheduler(proc).load1());
    assertEquals(0, scheduler(proc).samplerRunNanos());
  }

  private static CpuSampleDecoder cpu(Path proc) {
    return new CpuSampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new CpuSampler(proc)), 0, Fixtures.header());
  }

  private static MemorySampleDecoder memory(Path proc) {
    return new MemorySampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new MemorySampler(proc)), 0, Fixtures.header());
  }

  private static DiskSampleDecoder disk(Path proc) {
    return new DiskSampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new DiskSampler(proc)), 0, Fixtures.header());
  }

  private static NetworkSampleDecoder network(Path proc) {
    return new NetworkSampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new NetworkSampler(proc)), 0, Fixtures.header());
  }

  private static SchedulerSampleDecoder scheduler(Path proc) {
    return new SchedulerSampleDecoder()
        .wrapAndApplyHeader(Fixtures.message(new SchedulerSampler(proc)), 0, Fixtures.header());
  }
}
