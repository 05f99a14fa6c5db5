package io.millrace.examples;

import io.millrace.testkit.PackageOrder;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction only. */
class ArchitectureTest {
  private static final PackageOrder PACKAGES =
      new PackageOrder(
          "io.millrace.examples",
          "io.millrace.examples.phases",
          "io.millrace.examples.nativeclient",
          "io.millrace.examples.quickstart",
          "io.millrace.examples.marketdata.codec",
          "io.millrace.examples.marketdata",
          "io.millrace.examples.config",
          "io.millrace.examples.beyondonehost",
          "io.millrace.examples.orders",
          "io.millrace.examples.eventloop",
          "io.millrace.examples.telemetry.codec",
          "io.millrace.examples.telemetry",
          "io.millrace.examples.start");

  @Test
  void noPackageUsesOneAboveIt() {
    PACKAGES.requireNoArrowUpwards();
  }
}
