package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.DiskSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.NetworkSampleDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;
import java.util.List;
import java.util.Locale;

/**
 * What the samples say about the host, as one line for each interval.
 *
 * <p>For one thread. Taking a sample allocates nothing; the line is a new string.
 */
public final class HostView implements SampleListener {
  private static final int SECTOR_BYTES = 512;
  private static final double MEGA = 1e6;
  private static final double KIB_PER_GIB = 1024 * 1024;

  private final Series busyTicks = new Series();
  private final Series allTicks = new Series();
  private final Series contextSwitches = new Series();
  private final Series memoryTotal = new Series();
  private final Series memoryAvailable = new Series();
  private final Series sectorsRead = new Series();
  private final Series sectorsWritten = new Series();
  private final Series receivedBytes = new Series();
  private final Series sentBytes = new Series();
  private final Series load = new Series();
  private final Series runnable = new Series();
  private final Series threads = new Series();
  private final List<Series> rates =
      List.of(
          busyTicks,
          allTicks,
          contextSwitches,
          sectorsRead,
          sectorsWritten,
          receivedBytes,
          sentBytes);

  /** A view that has seen nothing yet. */
  public HostView() {}

  @Override
  public void onCpu(CpuSampleDecoder sample) {
    long nanos = sample.origin().sampleNanos();
    long busy =
        sample.user()
            + sample.nice()
            + sample.system()
            + sample.irq()
            + sample.softirq()
            + sample.steal();
    busyTicks.observe(busy, nanos);
    allTicks.observe(busy + sample.idle() + sample.iowait(), nanos);
    contextSwitches.observe(sample.contextSwitches(), nanos);
  }

  @Override
  public void onMemory(MemorySampleDecoder sample) {
    long nanos = sample.origin().sampleNanos();
    memoryTotal.observe(sample.total(), nanos);
    memoryAvailable.observe(sample.available(), nanos);
  }

  @Override
  public void onDisk(DiskSampleDecoder sample) {
    long nanos = sample.origin().sampleNanos();
    sectorsRead.observe(sample.sectorsRead(), nanos);
    sectorsWritten.observe(sample.sectorsWritten(), nanos);
  }

  @Override
  public void onNetwork(NetworkSampleDecoder sample) {
    long nanos = sample.origin().sampleNanos();
    receivedBytes.observe(sample.receivedBytes(), nanos);
    sentBytes.observe(sample.sentBytes(), nanos);
  }

  @Override
  public void onScheduler(SchedulerSampleDecoder sample) {
    long nanos = sample.origin().sampleNanos();
    load.observe(sample.load1(), nanos);
    runnable.observe(sample.runnable(), nanos);
    threads.observe(sample.threads(), nanos);
  }

  /**
   * The host's figures over the time since the last call, and starts the next interval. A rate that
   * the samples of the interval do not give is a dash.
   *
   * <p>Memory in use is what is not available to new programs; traffic is without loopback; a MB is
   * 10<sup>6</sup> bytes.
   */
  public String nextLine() {
    String line =
        String.format(
            Locale.ROOT,
            "cpu %s%%  load %5.2f  run %2d/%d  ctx %s/s  mem %4.1f/%.1f GiB"
                + "  disk r %s w %s  net in %s out %s MB/s",
            busyPercent(),
            load.latest() / 100.0,
            runnable.latest(),
            threads.latest(),
            number("%6.0f", contextSwitches.risePerSecond()),
            (memoryTotal.latest() - memoryAvailable.latest()) / KIB_PER_GIB,
            memoryTotal.latest() / KIB_PER_GIB,
            number("%5.1f", sectorsRead.risePerSecond() * SECTOR_BYTES / MEGA),
            number("%5.1f", sectorsWritten.risePerSecond() * SECTOR_BYTES / MEGA),
            number("%5.2f", receivedBytes.risePerSecond() / MEGA),
            number("%5.2f", sentBytes.risePerSecond() / MEGA));
    rates.forEach(Series::advance);
    return line;
  }

  private String busyPercent() {
    // No tick has passed: an interval of no length, or of less than a tick.
    double share = allTicks.rise() == 0 ? Double.NaN : 100.0 * busyTicks.rise() / allTicks.rise();
    return number("%3.0f", Math.min(share, 100));
  }

  /** The number in this format, or a dash as wide as that if there is none. */
  private static String number(String format, double value) {
    String zero = String.format(Locale.ROOT, format, 0.0);
    return Double.isNaN(value)
        ? " ".repeat(zero.length() - 1) + "-"
        : String.format(Locale.ROOT, format, value);
  }
}
