package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a limit on memory, over trees of files as the kernel shows them. */
class ControlGroupTest {
  @TempDir Path temporary;

  private Path process;

  @Test
  void whatIsUsedIsNotLeft() throws IOException {
    inVersionTwo("/", "/a");
    limit("a/memory.max", "1000", "a/memory.current", "600");
    assertEquals(400, left());
    assertTrue(where().equals("of the 1000 in " + top().resolve("a/memory.max")), where());
  }

  @Test
  void pagesOfFilesCanBeHadAndSharedMemoryCannotAlthoughBothAreCache() throws IOException {
    inVersionTwo("/", "/a");
    limit("a/memory.max", "1000", "a/memory.current", "900");
    String lists = "inactive_anon 500\nactive_anon 20\ninactive_file 70\nactive_file 30\n";
    write("a/memory.stat", "anon 10\nfile 600\nshmem 500\n" + lists + "unevictable 0\n");
    assertEquals(200, left());
  }

  @Test
  void ofTheFirstVersionAllBelowIsCountedAndSwapHasALimitOfItsOwn() throws IOException {
    inVersionOne("/", "/a");
    limit("a/memory.limit_in_bytes", "1000", "a/memory.usage_in_bytes", "900");
    String own = "cache 600\nshmem 500\ninactive_file 1\nactive_file 2\n";
    write("a/memory.stat", own + "total_inactive_file 70\ntotal_active_file 30\n");
    assertEquals(200, left());
    limit("a/memory.memsw.limit_in_bytes", "1100", "a/memory.memsw.usage_in_bytes", "1050");
    assertEquals(150, left());
  }

  @Test
  void theTightestOfAllGroupsAboveCounts() throws IOException {
    inVersionTwo("/", "/a/b");
    limit("memory.max", "max", "memory.current", "99999");
    assertEquals(Long.MAX_VALUE, left());
    limit("a/memory.max", "3000", "a/memory.current", "2900");
    limit("a/b/memory.max", "2000", "a/b/memory.current", "1500");
    assertEquals(100, left());
    limit("a/memory.current", "2000");
    assertEquals(500, left());
  }

  @Test
  void whereTheKernelOnlyHoldsUpWhoAllocatesIsALimitToo() throws IOException {
    inVersionTwo("/", "/a");
    limit("a/memory.max", "1000", "a/memory.high", "700", "a/memory.current", "600");
    assertEquals(100, left());
  }

  @Test
  void moreThanTheLimitLeavesNothing() throws IOException {
    inVersionTwo("/", "/a");
    limit("a/memory.max", "1000", "a/memory.current", "1200");
    assertEquals(0, left());
  }

  @Test
  void noLimitIsWrittenInThreeWays() throws IOException {
    inVersionOne("/", "/a");
    assertEquals(Long.MAX_VALUE, left());
    limit("a/memory.limit_in_bytes", "9223372036854771712", "a/memory.usage_in_bytes", "5");
    assertEquals(Long.MAX_VALUE, left());
    inVersionTwo("/", "/a");
    limit("a/memory.max", "max");
    assertEquals(Long.MAX_VALUE, left());
  }

  @Test
  void aContainerSeesItsOwnGroupAsTheRoot() throws IOException {
    limit("memory.max", "3000", "memory.current", "0");
    limit("sub/memory.max", "1000", "sub/memory.current", "0");
    inVersionTwo("/system/container", "/system/container/sub"); // no namespace of groups
    assertEquals(1000, left());
    inVersionTwo("/", "/sub"); // with one
    assertEquals(1000, left());
    inVersionTwo("/", "/");
    assertEquals(3000, left());
  }

  @Test
  void aGroupThatIsNotShownLeavesTheLimitOfTheRoot() throws IOException {
    limit("memory.max", "3000", "memory.current", "0");
    inVersionTwo("/", "/system/container");
    assertEquals(3000, left());
    inVersionTwo("/", "/../../elsewhere");
    assertEquals(3000, left());
    inVersionTwo("/system/container", "/other");
    assertEquals(3000, left());
  }

  @Test
  void bothVersionsCanBeThereAndTheOneWithTheMemoryCounts() throws IOException {
    Path unified = Files.createDirectories(temporary.resolve("unified"));
    inVersionOne("/", "/a");
    append("mountinfo", "41 31 0:38 / " + unified + " rw - cgroup2 cgroup2 rw\n");
    append("cgroup", "0::/user.slice\n");
    limit("a/memory.limit_in_bytes", "1000", "a/memory.usage_in_bytes", "400");
    assertEquals(600, left());
  }

  @Test
  void whatMakesNoSenseLimitsNothing() throws IOException {
    inVersionTwo("/", "/a");
    append("mountinfo", "nonsense\n1 2 3 - cgroup2\n- - -\n\n");
    append("cgroup", "0\n::\n0:memory\n");
    limit("a/memory.max", "", "a/memory.current", "-5");
    write("a/memory.stat", "inactive_file\ninactive_file x\n\n");
    assertEquals(Long.MAX_VALUE, left());
  }

  private long left() {
    return ControlGroup.allOf(process).stream()
        .mapToLong(group -> group.room().bytes())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private String where() {
    return ControlGroup.allOf(process).get(0).room().where();
  }

  private Path top() {
    return temporary.resolve("top of all");
  }

  private void inVersionTwo(String root, String path) throws IOException {
    begin("0::" + path + "\n", root, " rw,relatime shared:9 - cgroup2 cgroup2 rw\n");
  }

  private void inVersionOne(String root, String path) throws IOException {
    String groups = "5:cpu,cpuacct:/elsewhere\n4:hugetlb,memory:" + path + "\n";
    begin(groups, root, " rw - cgroup cgroup rw,hugetlb,memory\n");
  }

  private void begin(String groups, String root, String rest) throws IOException {
    process = Files.createDirectories(temporary.resolve("process"));
    Files.writeString(process.resolve("cgroup"), groups);
    String place = top().toString().replace(" ", "\\040");
    String other = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n";
    Files.writeString(
        process.resolve("mountinfo"), other + "35 31 0:32 " + root + " " + place + rest);
  }

  private void append(String file, String text) throws IOException {
    Path path = process.resolve(file);
    Files.writeString(path, Files.readString(path) + text);
  }

  private void limit(String... filesAndNumbers) throws IOException {
    for (int i = 0; i < filesAndNumbers.length; i += 2) {
      write(filesAndNumbers[i], filesAndNumbers[i + 1] + "\n");
    }
  }

  private void write(String file, String text) throws IOException {
    Path path = top().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
