package io.millrace.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFileTest {
  @TempDir private Path directory;

  @Test
  void everyNumberIsAnObjectWithTheStableNames() throws IOException {
    Path file = directory.resolve("results.json");
    JsonFile.write(
        file,
        List.of(
            Results.of(Results.subject("millrace", 100, 120, 110), Results.subject("pipe", 9))));
    JsonNode array = new ObjectMapper().readTree(file.toFile());
    assertEquals(2, array.size());
    List<String> names = new ArrayList<>();
    array.get(0).fieldNames().forEachRemaining(names::add);
    assertEquals(List.of("bench", "subject", "metric", "unit", "value", "n", "settings"), names);
    JsonNode first = array.get(0);
    assertEquals("latency", first.get("bench").asText());
    assertEquals("millrace", first.get("subject").asText());
    assertEquals("rtt_p50", first.get("metric").asText());
    assertEquals("ns", first.get("unit").asText());
    assertEquals(110, first.get("value").asDouble());
    assertEquals(1000, first.get("n").asLong());
    assertEquals(32, first.get("settings").get("size").asInt());
  }
}
