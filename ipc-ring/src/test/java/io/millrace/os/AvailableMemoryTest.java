package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  @TempDir Path temporary;

  @Test
  void thereIsSomeButNotMoreThanTheMachineHas() throws IOException {
    long kilobytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:") || line.startsWith("SwapTotal:")) {
        kilobytes += Long.parseLong(line.split("\\s+")[1]);
      }
    }
    long available = AvailableMemory.bytes();
    assertTrue(available > 0 && available <= kilobytes * 1024, "available: " + available);
  }

  @Test
  void theTightestLimitOfAllGroupsAboveCounts() throws IOException {
    Files.createDirectories(temporary.resolve("a/b"));
    Files.writeString(temporary.resolve("memory.max"), "max\n");
    assertEquals(Long.MAX_VALUE, limit("/a/b"));
    Files.writeString(temporary.resolve("a/memory.max"), "1000\n");
    Files.writeString(temporary.resolve("a/b/memory.max"), "2000\n");
    assertEquals(1000, limit("/a/b"));
    assertEquals(1000, limit("/a"));
    assertEquals(Long.MAX_VALUE, limit("/"));
  }

  @Test
  void aPathThatIsNotSeenInsideAContainerLeavesTheLimitOfItsRoot() throws IOException {
    Files.writeString(temporary.resolve("memory.max"), "3000\n");
    assertEquals(3000, limit("/system/container"));
    assertEquals(3000, limit("/../../elsewhere"));
  }

  private long limit(String path) {
    return AvailableMemory.limit(temporary.toString(), path, "memory.max");
  }
}
