package io.millrace.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, a few messages: that every subject can be measured, not how fast it is. */
class RealRunTest {
  @TempDir private Path directory;

  @Test
  void everySubjectGoesThereAndBackWhileItSpins() throws IOException {
    JsonNode results = run("latency");
    assertEquals(
        Set.of(
            "millrace",
            "line",
            "agrona-many-to-one",
            "agrona-one-to-one",
            "aeron-ipc",
            "chronicle-queue",
            "unix-socket",
            "pipe"),
        all(results, "subject"));
    assertEquals(
        Set.of("rtt_p50", "rtt_p99", "rtt_p99_9", "rtt_p99_99", "rtt_max"), all(results, "metric"));
    assertTrue(Files.size(directory.resolve("report").resolve("report.html")) > 0);
  }

  @Test
  void everySubjectWakesUp() throws IOException {
    assertEquals(
        Set.of("millrace", "eventfd", "futex", "unix-socket", "pipe", "millrace-virtual"),
        all(run("wakeup"), "subject"));
  }

  @Test
  void severalProducersAndBatchesArriveWhole() throws IOException {
    assertEquals(
        Set.of("millrace"),
        all(run("throughput", "--producers", "3", "--size", "32", "--peers", "none"), "subject"));
    assertEquals(
        Set.of("millrace", "pipe"),
        all(run("throughput", "--mode", "batch", "--size", "32", "--peers", "pipe"), "subject"));
    assertEquals(
        Set.of("millrace", "millrace-topic"),
        all(
            run("throughput", "--producers", "2", "--size", "32", "--peers", "millrace-topic"),
            "subject"));
  }

  @Test
  void whatHasNoRingArrivesWholeToo() throws IOException {
    for (String mode : new String[] {"multi", "single", "batch"}) {
      assertEquals(
          Set.of("millrace", "stream"),
          all(run("throughput", "--mode", mode, "--size", "32", "--peers", "stream"), "subject"));
    }
  }

  @Test
  void burstsArriveWholeFromOneSenderAndFromSeveral() throws IOException {
    JsonNode results = run("burst", "--only", "burst=100", "--producers", "1");
    assertEquals(
        Set.of("millrace", "stream", "agrona-many-to-one", "aeron-ipc"), all(results, "subject"));
    assertEquals(
        Set.of("last_p50", "last_p99", "message_p50", "message_p99", "message_max"),
        all(results, "metric"));
    assertEquals(
        Set.of("millrace", "stream"),
        all(
            run("burst", "--only", "burst=1000", "--producers", "3", "--peers", "stream"),
            "subject"));
  }

  @Test
  void everyGroupGetsEveryMessageAndItsMembersShareThem() throws IOException {
    assertEquals(
        Set.of("millrace", "aeron-ipc", "chronicle-queue", "pipe"),
        all(run("groups", "--only", "groups=1"), "subject"));
    assertEquals(
        Set.of("rate"), all(run("groups", "--only", "groups=3", "--peers", "none"), "metric"));
  }

  @Test
  void everyCallIsAnsweredByEverySubject() throws IOException {
    JsonNode results = run("request", "--only", "size=32,wait=spin,open=1");
    assertEquals(
        Set.of("millrace", "two-rings", "aeron-ipc", "unix-socket"), all(results, "subject"));
    assertEquals(
        Set.of("rtt_p50", "rtt_p99", "rtt_p99_9", "rtt_p99_99", "rtt_max", "rate"),
        all(results, "metric"));
    assertEquals(
        Set.of("millrace", "two-rings"),
        all(run("request", "--only", "size=1024,open=100", "--peers", "two-rings"), "subject"));
    assertEquals(
        Set.of("millrace"),
        all(run("request", "--only", "size=32,wait=block", "--peers", "none"), "subject"));
  }

  @Test
  void whatARecorderKeepsIsMeasured() throws IOException {
    assertEquals(
        Set.of("millrace", "ring", "appender"), all(run("recording", "--size", "32"), "subject"));
  }

  @Test
  void aBridgeCarriesThereAndBackAndOneWay() throws IOException {
    Tools.assumeAllowed("unshare", "--net", "ip", "link", "add", "near", "type", "veth");
    JsonNode results = run("bridge", "--size", "32");
    assertEquals(Set.of("millrace", "aeron-udp", "aeron-archive"), all(results, "subject"));
    assertEquals(
        Set.of("rtt_p50", "rtt_p99", "rtt_p99_9", "rtt_p99_99", "rtt_max", "rate"),
        all(results, "metric"));
  }

  @Test
  void messagesOfAnyLengthArriveWhole() throws IOException {
    run("latency", "--size", "37", "--peers", "none");
    run("throughput", "--size", "37", "--producers", "1", "--mode", "multi");
    run("snapshot", "--size", "37", "--peers", "none");
  }

  private JsonNode run(String... arguments) throws IOException {
    Path json = directory.resolve("results.json");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--forks",
            "1",
            "--warm-up",
            "1",
            "--measure",
            "20",
            "--messages",
            "100",
            "--json",
            json.toString(),
            "--report",
            directory.resolve("report").toString()));
    assertEquals(0, Perf.run(all.toArray(String[]::new)));
    return new ObjectMapper().readTree(json.toFile());
  }

  private static Set<String> all(JsonNode results, String field) {
    Set<String> values = new TreeSet<>();
    results.forEach(result -> values.add(result.get(field).asText()));
    return values;
  }
}
