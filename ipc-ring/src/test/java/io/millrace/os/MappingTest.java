package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class MappingTest {
  private static final int PAGE = Mapping.PAGE_SIZE;
  private static final long SPARSE = 1L << 30;

  @TempDir Path temporary;

  @Test
  void thePageSizeIsThatOfTheMachine() throws IOException {
    Process getconf = new ProcessBuilder("getconf", "PAGESIZE").start();
    String size = new String(getconf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    getconf.getOutputStream().close();
    getconf.getErrorStream().close();
    assertEquals(Integer.parseInt(size.strip()), PAGE);
  }

  @Test
  void whatIsWrittenAcrossTheEndOfTheAreaIsSeenAtItsStart() {
    try (Descriptor memfd = Memfd.create("mirrored", 5 * PAGE);
        Mapping mapping = Mapping.mirrored(memfd, PAGE, 4 * PAGE)) {
      assertEquals(9 * PAGE, mapping.length());
      UnsafeBuffer buffer = new UnsafeBuffer(mapping.address(), (int) mapping.length());
      byte[] record = "a record that straddles the end".getBytes(StandardCharsets.US_ASCII);
      int end = 5 * PAGE;
      buffer.putBytes(end - 10, record);

      byte[] read = new byte[record.length];
      buffer.getBytes(end - 10, read);
      assertEquals(new String(record), new String(read));
      buffer.getBytes(PAGE, read, 0, record.length - 10);
      assertEquals(new String(record, 10, record.length - 10), text(read, record.length - 10));

      buffer.putLongVolatile(PAGE, 4711);
      assertEquals(4711, buffer.getLongVolatile(end));
      buffer.putLongVolatile(end + 8, 4712);
      assertEquals(4712, buffer.getLongVolatile(PAGE + 8));
      buffer.putLong(0, 1);
      assertEquals(4711, buffer.getLong(PAGE));
    }
  }

  @Test
  void anAreaWithoutAHeadCanBeMirrored() {
    try (Descriptor memfd = Memfd.create("headless", PAGE);
        Mapping mapping = Mapping.mirrored(memfd, 0, PAGE)) {
      UnsafeBuffer buffer = new UnsafeBuffer(mapping.address(), 2 * PAGE);
      buffer.putInt(PAGE - 4, 7);
      buffer.putInt(PAGE, 8);
      assertEquals(7, buffer.getInt(2 * PAGE - 4));
      assertEquals(8, buffer.getInt(0));
    }
  }

  @Test
  void twoMappingsOfOneFileShareItsMemory() {
    try (Descriptor memfd = Memfd.create("shared", 2 * PAGE);
        Mapping whole = Mapping.of(memfd, 0, 2 * PAGE, true);
        Mapping second = Mapping.of(memfd, PAGE, 100, false)) {
      new UnsafeBuffer(whole.address(), 2 * PAGE).putInt(PAGE + 96, 9);
      assertEquals(9, new UnsafeBuffer(second.address(), 100).getInt(96));
    }
  }

  @Test
  void aClosedMappingIsUnmappedAndRefused() {
    try (Descriptor memfd = Memfd.create("unmapped", 3 * PAGE)) {
      Mapping mirrored = Mapping.mirrored(memfd, PAGE, 2 * PAGE);
      Mapping odd = Mapping.of(memfd, PAGE, PAGE + 1, true);
      assertEquals(3, OpenDescriptors.mappings("memfd:unmapped"));
      mirrored.close();
      assertEquals(1, OpenDescriptors.mappings("memfd:unmapped"));
      odd.close();
      assertEquals(0, OpenDescriptors.mappings("memfd:unmapped"));
      assertThrows(ClosedException.class, mirrored::address);
      assertThrows(ClosedException.class, odd::lockInMemory);
      odd.close();
    }
  }

  @Test
  void aBufferThatOutlivesItsMappingLeadsToMemoryOfNoContent() throws IOException {
    try (Descriptor memfd = Memfd.create("escaped", 3 * PAGE)) {
      Mapping mapping = Mapping.mirrored(memfd, PAGE, 2 * PAGE);
      UnsafeBuffer buffer = new UnsafeBuffer(mapping.buffer(PAGE, 4 * PAGE));
      buffer.putLong(8, 42);
      assertEquals(42, buffer.getLong(2 * PAGE + 8), "the same memory twice");
      long address = mapping.address();
      mapping.close();
      assertEquals(0, OpenDescriptors.mappings("memfd:escaped"));
      assertEquals(0, buffer.getLong(8));
      buffer.putLong(8, 43);
      assertEquals(43, buffer.getLong(8));
      UnsafeBuffer part = new UnsafeBuffer(buffer, 8, 8);
      buffer = null;
      System.gc();
      assertEquals(43, part.getLong(0), "what was made of it keeps the addresses");
      part = null;
      Eventually.await(
          "the addresses are free once nothing can reach them",
          Duration.ofSeconds(60),
          () -> {
            System.gc();
            return !isMapped(address);
          });
    }
  }

  private static boolean isMapped(long address) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-");
        if (Long.parseUnsignedLong(range[0], 16) <= address
            && Long.parseUnsignedLong(range[1], 16) > address) {
          return true;
        }
      }
      return false;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void aMappingOutlivesItsDescriptor() {
    Mapping mapping;
    try (Descriptor memfd = Memfd.create("outlives", PAGE)) {
      mapping = Mapping.of(memfd, 0, PAGE, true);
    }
    try (mapping) {
      UnsafeBuffer buffer = new UnsafeBuffer(mapping.address(), PAGE);
      buffer.putInt(0, 5);
      assertEquals(5, buffer.getInt(0));
    }
  }

  @Test
  void whatTheFileDoesNotHaveIsNotMapped() {
    try (Descriptor memfd = Memfd.create("short", 4 * PAGE)) {
      refuse(() -> Mapping.of(memfd, 0, 4 * PAGE + 1, true));
      refuse(() -> Mapping.of(memfd, PAGE, 4 * PAGE, true));
      refuse(() -> Mapping.of(memfd, 5 * PAGE, PAGE, true));
      refuse(() -> Mapping.of(memfd, 8, PAGE, true));
      refuse(() -> Mapping.of(memfd, -PAGE, PAGE, true));
      refuse(() -> Mapping.of(memfd, 0, 0, true));
      refuse(() -> Mapping.of(memfd, 0, -PAGE, true));
      refuse(() -> Mapping.of(memfd, Long.MAX_VALUE / PAGE * PAGE, PAGE, true));
      refuse(() -> Mapping.mirrored(memfd, PAGE, 4 * PAGE));
      refuse(() -> Mapping.mirrored(memfd, PAGE, 100));
      refuse(() -> Mapping.mirrored(memfd, 100, PAGE));
      refuse(() -> Mapping.mirrored(memfd, PAGE, 0));
      refuse(() -> Mapping.mirrored(memfd, -PAGE, PAGE));
      refuse(() -> Mapping.mirrored(memfd, PAGE, Long.MAX_VALUE / PAGE * PAGE));
      assertEquals(0, OpenDescriptors.mappings("memfd:short"));
    }
  }

  @Test
  void aFailedMirrorGivesItsReservationBack() throws IOException {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = sparse(directory);
        Descriptor readOnly = directory.openFile("sparse", false)) {
      long before = virtualSize();
      SystemCallException failure =
          Refused.with(Errno.EACCES, () -> Mapping.mirrored(readOnly, PAGE, SPARSE).close());
      assertTrue(failure.getMessage().contains("mmap"), failure.getMessage());
      assertTrue(virtualSize() - before < SPARSE);
      assertEquals(0, OpenDescriptors.mappings("sparse"));
      assertTrue(file.number() > 0);
    }
  }

  @Test
  void whatIsLockedInMemoryIsCountedAndTooMuchFailsClearly() {
    Tools.assumeWorks(
        "prlimit", "--memlock=65536", "setpriv", "--bounding-set", "-ipc_lock", "true");
    List<String> wrapper =
        List.of("prlimit", "--memlock=262144", "setpriv", "--bounding-set", "-ipc_lock");
    try (ChildProcess child = ChildProcess.startUnder(wrapper, List.of(), Locker.class)) {
      String locked = child.expectLine("VmLck:", Duration.ofSeconds(60));
      assertEquals(PAGE / 1024 + " kB", locked);
      String failure = child.expectLine("failed ", Duration.ofSeconds(60));
      assertTrue(failure.contains("mlock failed: ENOMEM"), failure);
      assertTrue(failure.contains("ulimit -l"), failure);
    }
  }

  private static Descriptor sparse(Directory directory) {
    Descriptor file = directory.createFile("sparse", 0600);
    assertEquals(0, Libc.ftruncate(file.number(), PAGE + SPARSE));
    return file;
  }

  private static void refuse(java.util.function.Supplier<Mapping> mapping) {
    assertThrows(IllegalArgumentException.class, () -> mapping.get().close());
  }

  private static String text(byte[] bytes, int length) {
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private static long virtualSize() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[0];
    return Long.parseLong(pages) * PAGE;
  }

  /** Locks one page, which is allowed, then more than that. */
  static final class Locker {
    public static void main(String[] arguments) throws IOException {
      try (Descriptor memfd = Memfd.create("locked", 1 << 20);
          Mapping page = Mapping.of(memfd, 0, PAGE, true);
          Mapping all = Mapping.of(memfd, 0, 1 << 20, true)) {
        page.lockInMemory();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
          if (line.startsWith("VmLck:")) {
            System.out.println(line);
          }
        }
        try {
          all.lockInMemory();
        } catch (SystemCallException failure) {
          System.out.println("failed " + failure.getMessage());
        }
      }
    }
  }
}
