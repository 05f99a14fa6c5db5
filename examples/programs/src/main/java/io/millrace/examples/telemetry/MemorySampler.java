package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.MemorySampleEncoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import java.nio.file.Path;

/** Samples {@code /proc/meminfo}. */
final class MemorySampler extends ProcSampler {
  private final ProcFile meminfo;
  private final MemorySampleEncoder encoder = new MemorySampleEncoder();
  private final KeyedNumbers numbers =
      new KeyedNumbers(
          "MemTotal:",
          "MemFree:",
          "MemAvailable:",
          "Buffers:",
          "Cached:",
          "SwapTotal:",
          "SwapFree:",
          "Dirty:",
          "Writeback:",
          "Shmem:");

  MemorySampler(Path proc) {
    super(MemorySampleEncoder.TEMPLATE_ID, MemorySampleEncoder.BLOCK_LENGTH);
    encoder.wrapAndApplyHeader(image(), 0, new MessageHeaderEncoder());
    meminfo = open(proc.resolve("meminfo"));
  }

  @Override
  void sample() {
    ProcText text = meminfo.read();
    numbers.clear();
    while (text.nextLine()) {
      numbers.onLine(text);
    }
    encoder
        .total(numbers.get(0))
        .free(numbers.get(1))
        .available(numbers.get(2))
        .buffers(numbers.get(3))
        .cached(numbers.get(4))
        .swapTotal(numbers.get(5))
        .swapFree(numbers.get(6))
        .dirty(numbers.get(7))
        .writeback(numbers.get(8))
        .shared(numbers.get(9));
  }
}
