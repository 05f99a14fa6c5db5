package io.millrace.os;

import io.millrace.testkit.PackageOrder;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction only. */
class ArchitectureTest {
  private static final PackageOrder PACKAGES =
      new PackageOrder(
          "io.millrace",
          "io.millrace.os",
          "io.millrace.ring",
          "io.millrace.message.runtime",
          "io.millrace.message");

  @Test
  void noPackageUsesOneAboveIt() {
    PACKAGES.requireNoArrowUpwards();
  }
}
