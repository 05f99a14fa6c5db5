package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskFilterTest {
  private final DiskFilter filter = new DiskFilter();

  @Test
  void partitionsAreNotDisks() {
    assertCounted(List.of("sda", "sdb"), "sda", "sda1", "sda2", "sda15", "sdb", "sdb1");
    assertCounted(List.of("nvme0n1", "nvme1n1"), "nvme0n1", "nvme0n1p1", "nvme0n1p12", "nvme1n1");
    assertCounted(List.of("mmcblk0", "mmcblk0boot0"), "mmcblk0", "mmcblk0p1", "mmcblk0boot0");
  }

  @Test
  void aDiskNamedLikeTheOneBeforeItIsStillADisk() {
    assertCounted(List.of("sda", "sdaa"), "sda", "sdaa", "sdaa1");
    assertCounted(List.of("nvme1n1", "nvme1n10"), "nvme1n1", "nvme1n1p1", "nvme1n10");
    assertCounted(List.of("nvme1n1", "nvme1n100"), "nvme1n1", "nvme1n100");
    assertCounted(List.of("vda", "vd"), "vda", "vda1", "vd");
    assertCounted(List.of("sr0", "sr0p"), "sr0", "sr0p");
  }

  @Test
  void aPartitionWhoseDiskIsNotShownStandsForIt() {
    assertCounted(List.of("xvda1"), "xvda1");
  }

  @Test
  void devicesThatStandOnOthersAreNotDisks() {
    assertCounted(
        List.of(), "loop0", "loop0p1", "loop1", "loop10", "ram0", "zram0", "dm-0", "dm-1");
    assertCounted(
        List.of("sda"), "sda", "sda1", "md0", "md0p1", "md127", "drbd1", "bcache0", "zd16");
  }

  @Test
  void aLineWithoutANameIsNotADisk() {
    assertCounted(List.of(), "");
  }

  @Test
  void aFileIsNotComparedWithTheOneBefore() {
    assertCounted(List.of("sda"), "sda");
    assertCounted(List.of("sda1"), "sda1");
  }

  private void assertCounted(List<String> expected, String... names) {
    List<String> counted = new ArrayList<>();
    filter.restart();
    for (String name : names) {
      ProcText line = Fixtures.text(" " + name + " 1 2 3\n".repeat(name.isEmpty() ? 0 : 1));
      line.nextLine();
      if (filter.isPhysicalDisk(line)) {
        counted.add(name);
      }
    }
    assertEquals(expected, counted);
  }
}
