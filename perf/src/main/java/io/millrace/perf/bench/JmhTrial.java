package io.millrace.perf.bench;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.JvmFlags;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One benchmark in one JVM, which JMH starts. */
final class JmhTrial implements Trial.Body {
  private static final Metric TIME = Metric.nanos("call_time");
  private static final Metric ALLOCATED = Metric.count("allocated", "B/op");
  private static final String ALLOCATION_RATE = "gc.alloc.rate.norm";
  private static final int ITERATIONS = 5;

  static {
    // Its lock is one file for the whole machine, which another user may own.
    System.setProperty("jmh.ignoreLock", "true");
  }

  private final String benchmark;

  JmhTrial(String benchmark) {
    this.benchmark = benchmark;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    RunResult result = new Runner(options(fork.plan())).runSingle();
    Result<?> time = result.getPrimaryResult();
    Result<?> allocated = result.getSecondaryResults().get(ALLOCATION_RATE);
    return new Sample()
        .with(TIME, time.getScore(), time.getSampleCount())
        .with(ALLOCATED, allocated.getScore(), allocated.getSampleCount());
  }

  private Options options(Plan plan) {
    List<String> flags = new ArrayList<>(JvmFlags.ALL);
    flags.addAll(plan.jvmFlags());
    return new OptionsBuilder()
        .include("\\." + Pattern.quote(benchmark) + "$")
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .forks(1)
        .warmupIterations(ITERATIONS)
        .warmupTime(part(plan.warmUpMillis()))
        .measurementIterations(ITERATIONS)
        .measurementTime(part(plan.measureMillis()))
        .addProfiler(GCProfiler.class)
        .jvmArgs(flags.toArray(String[]::new))
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .build();
  }

  private static TimeValue part(long millis) {
    return TimeValue.milliseconds(Math.max(1, millis / ITERATIONS));
  }
}
