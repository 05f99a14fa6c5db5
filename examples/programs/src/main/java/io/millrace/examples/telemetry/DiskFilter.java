package io.millrace.examples.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tells the whole physical disks of {@code /proc/diskstats} from their partitions and from devices
 * that stand on other disks or in memory, whose traffic would otherwise be counted twice.
 *
 * <p>The kernel writes a disk's partitions right behind it, named after it: {@code sda} and {@code
 * sda1}, or {@code nvme0n1} and {@code nvme0n1p1} where the disk's own name ends in a digit. For
 * one thread; allocates nothing.
 */
final class DiskFilter {
  private static final int LONGEST_NAME = 32;
  private static final byte[][] STACKED = {
    ascii("loop"),
    ascii("ram"),
    ascii("zram"),
    ascii("dm-"),
    ascii("md"),
    ascii("drbd"),
    ascii("bcache"),
    ascii("zd")
  };

  private byte[] disk = new byte[LONGEST_NAME];
  private byte[] name = new byte[LONGEST_NAME];
  private int diskLength;

  /** To be called before the first line of a file. */
  void restart() {
    diskLength = 0;
  }

  /** Takes the name of the next line's device; {@code true} if the device is to be counted. */
  boolean isPhysicalDisk(ProcText line) {
    int length = line.nextWord(name);
    if (length == 0 || isPartition(length)) {
      return false;
    }
    byte[] free = disk;
    disk = name;
    diskLength = length;
    name = free;
    return !isStacked();
  }

  private boolean isPartition(int length) {
    if (diskLength == 0
        || !Arrays.equals(name, 0, Math.min(diskLength, length), disk, 0, diskLength)) {
      return false;
    }
    int number = diskLength;
    if (isDigit(disk[diskLength - 1])) {
      if (number == length || name[number] != 'p') {
        return false;
      }
      number++;
    }
    for (int i = number; i < length; i++) {
      if (!isDigit(name[i])) {
        return false;
      }
    }
    return number < length;
  }

  private boolean isStacked() {
    for (byte[] prefix : STACKED) {
      if (diskLength > prefix.length
          && Arrays.equals(disk, 0, prefix.length, prefix, 0, prefix.length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
