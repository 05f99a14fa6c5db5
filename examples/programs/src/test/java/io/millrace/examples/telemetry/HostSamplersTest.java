package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostSamplersTest {
  private static final List<String> FILES =
      List.of(
          "stat",
          "meminfo",
          "diskstats",
          "net/dev",
          "loadavg",
          "schedstat",
          "thread-self/schedstat");

  @TempDir Path proc;

  @BeforeEach
  void writeFiles() {
    FILES.forEach(file -> Fixtures.write(proc, file, "0\n"));
  }

  @Test
  void everyKindHasItsTurn() {
    try (HostSamplers samplers = HostSamplers.open(proc)) {
      ProcSampler first = samplers.next();
      TreeSet<Integer> templates = new TreeSet<>(List.of(first.templateId()));
      for (int i = 1; i < samplers.count(); i++) {
        templates.add(samplers.next().templateId());
      }
      assertEquals(new TreeSet<>(List.of(1, 2, 3, 4, 5)), templates);
      assertSame(first, samplers.next());
    }
  }

  @Test
  void closingLeavesNoFileOpen() throws IOException {
    try (HostSamplers samplers = HostSamplers.open(proc)) {
      assertEquals(5, samplers.count());
      assertEquals(FILES.size(), openFiles().size());
    }
    assertEquals(List.of(), openFiles());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"stat", "meminfo", "diskstats", "net/dev", "schedstat", "thread-self/schedstat"})
  void aFailureWhileOpeningLeavesNoFileOpen(String broken) throws IOException {
    Path file = proc.resolve(broken);
    Files.delete(file);
    Files.createSymbolicLink(file, file);
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> HostSamplers.open(proc));
    assertTrue(e.getMessage().contains(broken), e.getMessage());
    assertEquals(List.of(), openFiles());
  }

  private List<String> openFiles() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .filter(Files::isSymbolicLink)
          .map(HostSamplersTest::target)
          .filter(target -> target.startsWith(proc.toString()))
          .collect(Collectors.toList());
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }
}
