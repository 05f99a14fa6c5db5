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

  static String json(Map<String, String> machine, List<CaseResult> cases, Findings findings)
      throws JsonProcessingException {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("date", ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z")));
    root.set("machine", MAPPER.valueToTree(machine));
    ObjectNode check = root.putObject("check");
    check.put("summary", findings.summary());
    check.set("faults", MAPPER.valueToTree(findings.faults()));
    check.set("doubts", MAPPER.valueToTree(findings.doubts()));
    ArrayNode array = root.putArray("cases");
    CaseResult before = null;
    for (CaseResult result : cases) {
      if (before != null && isOfOneKind(before, result)) {
        ArrayNode bars = (ArrayNode) array.get(array.size() - 1).get("subjects");
        bars.add(barNode(result));
      } else {
        array.add(caseNode(result));
      }
      before = result;
    }
    return MAPPER.writeValueAsString(root);
  }

  private static ObjectNode caseNode(CaseResult result) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("bench", result.bench().name());
    node.put("title", result.bench().title());
    ArrayNode subjects = node.putArray("subjects");
    if (isAlone(result)) {
      node.put("label", String.join(", ", result.setting().settings().keySet()));
      subjects.add(barNode(result));
    } else {
      node.put("label", result.setting().label());
      result.subjects().forEach(subject -> subjects.add(subjectNode(result, subject)));
    }
    return node;
  }

  /** Cases of one bench that have nothing beside Millrace to show are shown beside each other. */
  private static boolean isOfOneKind(CaseResult one, CaseResult other) {
    return one.bench() == other.bench()
        && isAlone(one)
        && isAlone(other)
        && metrics(one).equals(metrics(other));
  }

  private static boolean isAlone(CaseResult result) {
    return result.subjects().size() == 1
        && result.bench().subjects().size() == 1
        && result.setting().settings().size() == 1;
  }

  private static List<String> metrics(CaseResult result) {
    return result.subjects().get(0).results().stream().map(r -> r.metric().name()).toList();
  }

  private static ObjectNode barNode(CaseResult result) {
    ObjectNode node = subjectNode(result, result.subjects().get(0));
    node.put("name", result.setting().settings().values().iterator().next().toString());
    return node;
  }

  private static ObjectNode subjectNode(CaseResult result, SubjectResult subject) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("name", subject.subject());
    node.put("ours", subject.subject().equals(Plan.MILLRACE));
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
    double last = 1;
    for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
      double rest = 1 - value.getPercentileLevelIteratedTo() / HUNDRED;
      double oneIn = rest <= 0 ? histogram.getTotalCount() : 1 / rest;
      last = Math.max(last, oneIn); // The last point is one value of all.
      points.addArray().add(last).add(value.getValueIteratedTo());
    }
    return points;
  }
}
