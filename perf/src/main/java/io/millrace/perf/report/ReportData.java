package io.millrace.perf.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Forks;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Result;
import io.millrace.perf.harness.SubjectResult;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** What the page draws, as JSON. */
final class ReportData {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int TICKS_PER_HALF = 8;
  private static final double HUNDRED = 100;

  private ReportData() {}

  static String json(Map<String, String> machine, List<CaseResult> cases)
      throws JsonProcessingException {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("date", ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z")));
    root.set("machine", MAPPER.valueToTree(machine));
    ArrayNode array = root.putArray("cases");
    cases.forEach(result -> array.add(caseNode(result)));
    return MAPPER.writeValueAsString(root);
  }

  private static ObjectNode caseNode(CaseResult result) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("bench", result.bench().name());
    node.put("title", result.bench().title());
    node.put("label", result.setting().label());
    ArrayNode subjects = node.putArray("subjects");
    result.subjects().forEach(subject -> subjects.add(subjectNode(result, subject)));
    return node;
  }

  private static ObjectNode subjectNode(CaseResult result, SubjectResult subject) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("name", subject.subject());
    node.set("failures", MAPPER.valueToTree(subject.failures()));
    ArrayNode metrics = node.putArray("metrics");
    subject.results().forEach(number -> metrics.add(metricNode(number)));
    if (!subject.results().isEmpty()) {
      Result lead = subject.results().get(0);
      node.put("settings", lead.settings().toString().replaceAll("[{}]", ""));
      if (!subject.subject().equals(Plan.MILLRACE)) {
        result
            .advantage(subject.subject(), lead.metric().name())
            .ifPresent(ratio -> node.set("ratio", ratioNode(ratio)));
      }
    }
    subject.distribution().ifPresent(histogram -> node.set("curve", curve(histogram)));
    return node;
  }

  private static ObjectNode metricNode(Result number) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("name", number.metric().name());
    node.put("unit", number.metric().unit());
    node.put("moreIsBetter", number.metric().better() == Metric.Better.MORE);
    node.put("value", number.value());
    node.put("low", number.forks().low());
    node.put("high", number.forks().high());
    node.put("wide", Verdict.isTooWide(number.forks()));
    node.put("text", Numbers.of(number.value(), number.metric()));
    node.put("n", number.n());
    return node;
  }

  private static ObjectNode ratioNode(Forks ratio) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("median", ratio.median());
    node.put("low", ratio.low());
    node.put("high", ratio.high());
    node.put("wide", Verdict.isTooWide(ratio));
    return node;
  }

  /** Points of one in how many (1 / (1 - percentile)) and nanoseconds. */
  private static ArrayNode curve(Histogram histogram) {
    ArrayNode points = MAPPER.createArrayNode();
    for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
      double rest = 1 - value.getPercentileLevelIteratedTo() / HUNDRED;
      double oneIn = rest <= 0 ? histogram.getTotalCount() : 1 / rest;
      points.addArray().add(oneIn).add(value.getValueIteratedTo());
    }
    return points;
  }
}
