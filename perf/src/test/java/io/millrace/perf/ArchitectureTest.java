package io.millrace.perf;

import io.millrace.testkit.PackageOrder;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction only. */
class ArchitectureTest {
  private static final PackageOrder PACKAGES =
      new PackageOrder(
          "io.millrace.perf.codec",
          "io.millrace.perf.harness",
          "io.millrace.perf.nativecall",
          "io.millrace.perf.link",
          "io.millrace.perf.report",
          "io.millrace.perf.peer",
          "io.millrace.perf.meeting",
          "io.millrace.perf.value",
          "io.millrace.perf.jmh",
          "io.millrace.perf.jmh.jmh_generated",
          "io.millrace.perf.bench",
          "io.millrace.perf");

  @Test
  void noPackageUsesOneAboveIt() {
    PACKAGES.requireNoArrowUpwards();
  }
}
