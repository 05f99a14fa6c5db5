package io.millrace.soak;

import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What this process holds at one moment, when nothing is going on in it. */
record Sample(int descriptors, int mappings, int threads, long heap, long outsideHeap) {
  private static final double MEGABYTE = 1 << 20;

  static Sample take() throws IOException {
    // The second one finds what the cleaners of the first one have let go.
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long committed = runtime.totalMemory();
    return new Sample(
        OpenDescriptors.now().size(),
        OpenDescriptors.mappings("memfd:"),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        committed - runtime.freeMemory(),
        Math.max(0, anonymous() - committed));
  }

  private static long anonymous() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "descriptors %d, mappings %d, threads %d, heap %.1f MB, outside %.1f MB",
        descriptors,
        mappings,
        threads,
        heap / MEGABYTE,
        outsideHeap / MEGABYTE);
  }
}
