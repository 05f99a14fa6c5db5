package io.millrace.discovery;

import io.millrace.testkit.PackageOrder;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction only. */
class ArchitectureTest {
  private static final PackageOrder PACKAGES =
      new PackageOrder(
          "io.millrace.snapshot",
          "io.millrace.discovery.codec",
          "io.millrace.discovery.model",
          "io.millrace.discovery.root",
          "io.millrace.discovery.life",
          "io.millrace.discovery.record",
          "io.millrace.discovery.transfer",
          "io.millrace.discovery.publish",
          "io.millrace.discovery.watch",
          "io.millrace.discovery.alive",
          "io.millrace.discovery",
          "io.millrace.metrics",
          "io.millrace.peer",
          "io.millrace.topic",
          "io.millrace.request");

  @Test
  void noPackageUsesOneAboveIt() {
    PACKAGES.requireNoArrowUpwards();
  }

  @Test
  void theSnapshotUsesNothingOfDiscovery() {
    PACKAGES.requireNoArrow("io.millrace.snapshot", "io.millrace.discovery");
  }

  @Test
  void discoveryUsesNothingOfTheSnapshot() {
    PACKAGES.requireNoArrow("io.millrace.discovery", "io.millrace.snapshot");
  }
}
