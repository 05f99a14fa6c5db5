package io.millrace.perf.report;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Forks;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Result;
import io.millrace.perf.harness.SubjectResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Results as a run would bring them. */
final class Results {
  static final Bench BENCH =
      new Bench() {
        @Override
        public String name() {
          return "latency";
        }

        @Override
        public String title() {
          return "a title with </script> in it";
        }

        @Override
        public List<String> subjects() {
          return List.of("millrace", "pipe");
        }

        @Override
        public List<Case> cases(Plan plan) {
          return List.of();
        }

        @Override
        public List<Floor> floors() {
          return List.of(
              new Floor(Map.of("size", 32), "pipe", "rtt_p50", 0.5),
              new Floor(Map.of("size", 64), "pipe", "rtt_p50", 100));
        }
      };

  private static final Bench ALONE =
      new Bench() {
        @Override
        public String name() {
          return "calls";
        }

        @Override
        public String title() {
          return "calls without peers";
        }

        @Override
        public List<String> subjects() {
          return List.of("millrace");
        }

        @Override
        public List<Case> cases(Plan plan) {
          return List.of();
        }
      };

  private Results() {}

  static CaseResult alone(String call, SubjectResult subject) {
    return new CaseResult(ALONE, new Case(Map.of("call", call), List.of()), List.of(subject));
  }

  static SubjectResult subject(String name, double... nanos) {
    Histogram histogram = new Histogram(3);
    for (double value : nanos) {
      histogram.recordValue((long) value);
    }
    Result result =
        new Result(
            BENCH.name(),
            name,
            Metric.nanos("rtt_p50"),
            new Forks(nanos),
            1000,
            new TreeMap<>(Map.of("size", 32, "wait", "poll")));
    return new SubjectResult(name, List.of(result), Optional.of(histogram), List.of());
  }

  static CaseResult of(SubjectResult... subjects) {
    return new CaseResult(BENCH, new Case(Map.of("size", 32), List.of()), List.of(subjects));
  }
}
