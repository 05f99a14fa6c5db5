package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.DiskSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.NetworkSampleDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;

/** Is given each sample by its kind. The decoder is a view of the record, good during the call. */
public interface SampleListener {
  /** Ticks and switches of the processors, from {@code /proc/stat}. */
  void onCpu(CpuSampleDecoder sample);

  /** KiB of memory, from {@code /proc/meminfo}. */
  void onMemory(MemorySampleDecoder sample);

  /** Sums over the physical disks, from {@code /proc/diskstats}. */
  void onDisk(DiskSampleDecoder sample);

  /** Sums over the interfaces, from {@code /proc/net/dev}. */
  void onNetwork(NetworkSampleDecoder sample);

  /** Load and run queues, from {@code /proc/loadavg} and {@code schedstat}. */
  void onScheduler(SchedulerSampleDecoder sample);
}
