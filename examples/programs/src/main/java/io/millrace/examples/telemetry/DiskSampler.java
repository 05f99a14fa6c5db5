package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.DiskSampleEncoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import java.nio.file.Path;
import java.util.Arrays;

/** Samples {@code /proc/diskstats}. */
final class DiskSampler extends ProcSampler {
  // The columns behind a device's name; there are more in newer kernels.
  private static final int READS = 0;
  private static final int SECTORS_READ = 2;
  private static final int READ_MILLIS = 3;
  private static final int WRITES = 4;
  private static final int SECTORS_WRITTEN = 6;
  private static final int WRITE_MILLIS = 7;
  private static final int IN_FLIGHT = 8;
  private static final int BUSY_MILLIS = 9;
  private static final int COLUMNS = 10;

  private final ProcFile diskstats;
  private final DiskFilter filter = new DiskFilter();
  private final DiskSampleEncoder encoder = new DiskSampleEncoder();
  private final long[] sums = new long[COLUMNS];

  DiskSampler(Path proc) {
    super(DiskSampleEncoder.TEMPLATE_ID, DiskSampleEncoder.BLOCK_LENGTH);
    encoder.wrapAndApplyHeader(image(), 0, new MessageHeaderEncoder());
    diskstats = open(proc.resolve("diskstats"));
  }

  @Override
  void sample() {
    ProcText text = diskstats.read();
    int disks = 0;
    Arrays.fill(sums, 0);
    filter.restart();
    while (text.nextLine()) {
      text.skipNumbers(2); // The major and minor number of the device.
      if (filter.isPhysicalDisk(text)) {
        disks++;
        for (int i = 0; i < COLUMNS; i++) {
          sums[i] += text.nextLong();
        }
      }
    }
    encoder
        .reads(sums[READS])
        .sectorsRead(sums[SECTORS_READ])
        .readMillis(sums[READ_MILLIS])
        .writes(sums[WRITES])
        .sectorsWritten(sums[SECTORS_WRITTEN])
        .writeMillis(sums[WRITE_MILLIS])
        .busyMillis(sums[BUSY_MILLIS])
        .inFlight((int) Math.min(sums[IN_FLIGHT], Integer.MAX_VALUE))
        .disks(disks);
  }
}
