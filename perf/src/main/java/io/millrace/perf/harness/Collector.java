package io.millrace.perf.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Collects what the forks of one trial measured. */
final class Collector {
  private final Trial trial;
  private final List<Sample> samples = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  Collector(Trial trial) {
    this.trial = trial;
  }

  Trial trial() {
    return trial;
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  void fail(String why) {
    failures.add(why);
  }

  SubjectResult result(Bench bench, Case setting) {
    Map<String, Object> settings = new LinkedHashMap<>(setting.settings());
    settings.putAll(trial.settings());
    List<Result> results = new ArrayList<>();
    if (!samples.isEmpty()) {
      for (Metric metric : samples.get(0).values().keySet()) {
        List<Sample.Value> values = samples.stream().map(s -> s.values().get(metric)).toList();
        Forks forks = new Forks(values.stream().mapToDouble(Sample.Value::value).toArray());
        long n = values.stream().mapToLong(Sample.Value::n).sum();
        results.add(new Result(bench.name(), trial.subject(), metric, forks, n, settings));
      }
    }
    return new SubjectResult(trial.subject(), results, distribution(), List.copyOf(failures));
  }

  private Optional<Histogram> distribution() {
    Histogram sum = null;
    for (Sample sample : samples) {
      if (sample.histogram().isPresent()) {
        sum = sum == null ? sample.histogram().get().copy() : sum;
        if (sample != samples.get(0)) {
          sum.add(sample.histogram().get());
        }
      }
    }
    return Optional.ofNullable(sum);
  }
}
