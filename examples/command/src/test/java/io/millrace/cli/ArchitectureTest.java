package io.millrace.cli;

import io.millrace.testkit.PackageOrder;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction only. */
class ArchitectureTest {
  private static final PackageOrder PACKAGES =
      new PackageOrder(
          "io.millrace.launch",
          "io.millrace.polled",
          "io.millrace.recording",
          "io.millrace.bridge",
          "io.millrace.cli");

  @Test
  void noPackageUsesOneAboveIt() {
    PACKAGES.requireNoArrowUpwards();
  }
}
