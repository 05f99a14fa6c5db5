package io.millrace.examples.telemetry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * One sampler of each kind, in turn: cpu, memory, disk, network, scheduler.
 *
 * <p>For the thread that opened it.
 */
public final class HostSamplers implements AutoCloseable {
  private final List<ProcSampler> samplers;
  private int next;

  private HostSamplers(List<ProcSampler> samplers) {
    this.samplers = samplers;
  }

  /**
   * Opens all samplers.
   *
   * @param proc where proc is mounted, as a rule {@code /proc}
   * @throws io.millrace.SystemCallException if a file is there but cannot be opened, as when the
   *     process has run out of descriptors; one that is not there, or not for us, is no fault
   */
  public static HostSamplers open(Path proc) {
    List<ProcSampler> samplers = new ArrayList<>();
    try {
      samplers.add(new CpuSampler(proc));
      samplers.add(new MemorySampler(proc));
      samplers.add(new DiskSampler(proc));
      samplers.add(new NetworkSampler(proc));
      samplers.add(new SchedulerSampler(proc));
    } catch (RuntimeException e) {
      CloseHelper.quietCloseAll(samplers);
      throw e;
    }
    return new HostSamplers(samplers);
  }

  /** The number of kinds. */
  public int count() {
    return samplers.size();
  }

  /** The sampler whose turn it is; its owner remains this object. Allocates nothing. */
  public ProcSampler next() {
    ProcSampler sampler = samplers.get(next);
    next = next + 1 == samplers.size() ? 0 : next + 1;
    return sampler;
  }

  /** Closes all samplers. */
  @Override
  public void close() {
    CloseHelper.closeAll(samplers);
  }
}
