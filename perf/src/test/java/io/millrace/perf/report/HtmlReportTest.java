package io.millrace.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @TempDir private Path directory;
  private String page;

  @BeforeEach
  void write() throws IOException {
    Path file = directory.resolve("report.html");
    HtmlReport.write(
        file,
        Map.of("kernel", "6.1 </script>"),
        List.of(Results.of(Results.subject("millrace", 100, 120), Results.subject("pipe", 900))),
        new Findings(List.of("a fault </script>"), List.of("a doubt"), true));
    page = Files.readString(file);
  }

  @Test
  void itLoadsNothingFromElsewhere() {
    Matcher links = Pattern.compile("<[^>]+\\s(src|href)=\"?([^\"> ]*)").matcher(page);
    while (links.find()) {
      assertTrue(links.group(2).startsWith("data:"), links.group());
    }
    for (String request :
        List.of("@import", "url(", "fetch(", "XMLHttpRequest", "sourceMappingURL")) {
      assertFalse(page.contains(request), request);
    }
  }

  @Test
  void whateverIsInTheDataDoesNotEndTheScript() {
    assertEquals(3, count("<script"));
    assertEquals(3, count("</script>"));
  }

  @Test
  void itSaysWhatFailedAndWhatCouldNotBeJudged() throws IOException {
    JsonNode check = data(page).get("check");
    assertEquals("check: 1 fault", check.get("summary").asText());
    assertEquals("a fault </script>", check.get("faults").get(0).asText());
    assertEquals("a doubt", check.get("doubts").get(0).asText());
  }

  @Test
  void whatHasNoPeersStandsInOneChart() throws IOException {
    Path file = directory.resolve("alone.html");
    HtmlReport.write(
        file,
        Map.of(),
        List.of(
            Results.alone("offer", Results.subject("millrace", 10)),
            Results.alone("poll", Results.subject("millrace", 20))),
        new Findings(List.of(), List.of(), false));
    JsonNode cases = data(Files.readString(file)).get("cases");
    assertEquals(1, cases.size());
    assertEquals("call", cases.get(0).get("label").asText());
    JsonNode bars = cases.get(0).get("subjects");
    assertEquals("offer", bars.get(0).get("name").asText());
    assertEquals("poll", bars.get(1).get("name").asText());
    assertTrue(bars.get(1).get("ours").asBoolean());
  }

  private static JsonNode data(String page) throws IOException {
    int start = page.indexOf("id=\"data\">") + "id=\"data\">".length();
    return new ObjectMapper().readTree(page.substring(start, page.indexOf("</script>", start)));
  }

  @Test
  void itCarriesTheNumbersTheCurvesAndTheMachine() throws IOException {
    JsonNode data = data(page);
    assertEquals("6.1 </script>", data.get("machine").get("kernel").asText());
    JsonNode subjects = data.get("cases").get(0).get("subjects");
    assertEquals(110, subjects.get(0).get("metrics").get(0).get("value").asDouble());
    assertTrue(subjects.get(0).get("curve").size() > 1);
    assertEquals(9, subjects.get(1).get("ratio").get("median").asDouble());
  }

  @Test
  void aPeerThatMeasuredNothingHasNoRatio() throws IOException {
    Path file = directory.resolve("nothing.html");
    HtmlReport.write(
        file,
        Map.of(),
        List.of(Results.of(Results.subject("millrace", 0), Results.subject("pipe", 900))),
        new Findings(List.of(), List.of(), false));
    String nothing = Files.readString(file);
    assertFalse(nothing.contains("\"ratio\""), "a ratio to nothing");
  }

  private int count(String part) {
    return page.split(Pattern.quote(part), -1).length - 1;
  }
}
