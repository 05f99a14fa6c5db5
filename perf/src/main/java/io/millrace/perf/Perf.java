package io.millrace.perf;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Runner;
import io.millrace.perf.report.Findings;
import io.millrace.perf.report.HistogramFiles;
import io.millrace.perf.report.HtmlReport;
import io.millrace.perf.report.JsonFile;
import io.millrace.perf.report.Machine;
import io.millrace.perf.report.ResultTable;
import io.millrace.perf.report.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code ./perf/run} starts. */
@Command(
    name = "./perf/run",
    description = "Measures Millrace beside its peers on this machine.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class Perf implements Callable<Integer> {
  @Parameters(
      paramLabel = "BENCH",
      description = "What to measure: ${COMPLETION-CANDIDATES}.",
      completionCandidates = BenchNames.class)
  private String bench;

  @Mixin private PlanOptions options;

  @Option(names = "--json", description = "Write the results to this file.")
  private Path json;

  @Option(
      names = "--report",
      description = "Write a page, report.html, and the distributions into this directory.")
  private Path report;

  @Option(
      names = "--check",
      description = "Fail if a ratio to a peer has collapsed. Part of --quick.")
  private boolean check;

  /**
   * Measures what the arguments ask for.
   *
   * @param arguments a bench and options
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new Perf()).execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    List<Bench> benches = options.benches(bench);
    Plan plan = options.plan(benches);
    Map<String, String> machine = Machine.describe(plan);
    machine.forEach((name, value) -> System.err.printf("%-16s %s%n", name, value));
    Runner runner = new Runner(plan, new Terminal(System.err));
    List<CaseResult> results = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Bench chosen : benches) {
      Optional<String> obstacle = chosen.obstacle();
      if (obstacle.isPresent()) {
        leftOut.add(chosen.name() + " was left out: " + obstacle.get());
      } else {
        results.addAll(runner.run(chosen));
      }
    }
    ResultTable table = new ResultTable(System.out);
    results.forEach(table::print);
    if (json != null) {
      JsonFile.write(json, results);
    }
    Findings findings = Findings.of(results, check || plan.quick());
    if (report != null) {
      Files.createDirectories(report);
      HtmlReport.write(report.resolve("report.html"), machine, results, findings);
      HistogramFiles.write(report, results);
    }
    leftOut.forEach(System.out::println);
    tell(findings);
    return findings.faults().isEmpty() ? 0 : 1;
  }

  private static void tell(Findings findings) {
    System.out.println();
    System.out.println(findings.summary());
    findings.faults().forEach(System.out::println);
    findings
        .doubts()
        .forEach(doubt -> System.out.println("spread too wide to tell, run again: " + doubt));
  }
}
