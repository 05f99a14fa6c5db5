package io.millrace.perf.report;

import io.millrace.cli.TextTable;
import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Forks;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Result;
import io.millrace.perf.harness.SubjectResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table at the end of a run: every subject beside Millrace. */
public final class ResultTable {
  /** The same in all tables, so that they stand below each other. */
  private static final String NAME = " ".repeat(20);

  private static final String NUMBER = ">%11s";

  private final PrintStream out;

  /**
   * Makes one.
   *
   * @param out where to
   */
  public ResultTable(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints one case.
   *
   * @param result what came out of it
   */
  public void print(CaseResult result) {
    out.printf("%n%s, %s%n", result.bench().name(), result.setting().label());
    result.subjects().stream()
        .map(SubjectResult::results)
        .filter(columns -> !columns.isEmpty())
        .findFirst()
        .ifPresent(columns -> table(result, columns).lines().forEach(out::println));
    for (SubjectResult subject : result.subjects()) {
      subject.failures().forEach(why -> out.println(subject.subject() + " failed: " + why));
    }
  }

  private static TextTable table(CaseResult result, List<Result> columns) {
    String lead = columns.get(0).metric().name();
    List<String> headings = new ArrayList<>(List.of(NAME));
    columns.forEach(column -> headings.add(String.format(NUMBER, column.metric().name())));
    headings.add(
        isCompared(result, lead) ? " millrace is better by (" + lead + ", fork by fork)" : "");
    TextTable table = new TextTable(headings.toArray(String[]::new));
    for (SubjectResult subject : result.subjects()) {
      if (!subject.results().isEmpty()) {
        List<String> cells = new ArrayList<>(List.of(subject.subject()));
        columns.forEach(column -> cells.add(number(subject, column)));
        cells.add(remark(result, subject, lead));
        table.row(cells.toArray());
      }
    }
    return table;
  }

  private static String number(SubjectResult subject, Result column) {
    return subject
        .result(column.metric().name())
        .map(result -> Numbers.of(result.value(), result.metric()))
        .orElse("");
  }

  private static boolean isCompared(CaseResult result, String metric) {
    return result.subjects().stream()
        .map(SubjectResult::subject)
        .filter(subject -> !subject.equals(Plan.MILLRACE))
        .anyMatch(peer -> result.advantage(peer, metric).isPresent());
  }

  private static String remark(CaseResult result, SubjectResult subject, String lead) {
    if (subject.subject().equals(Plan.MILLRACE)) {
      return verdict(subject.result(lead).map(Result::forks));
    }
    return result
        .advantage(subject.subject(), lead)
        .map(ratio -> " x " + ratio(ratio.median()) + range(ratio))
        .orElse("");
  }

  private static String verdict(Optional<Forks> forks) {
    return forks
        .filter(Verdict::isTooWide)
        .map(
            wide ->
                String.format(
                    Locale.ROOT,
                    " spread too wide: its forks lie %.0f%% apart",
                    100 * wide.spread()))
        .orElse("");
  }

  private static String range(Forks ratio) {
    return "  ("
        + ratio(ratio.low())
        + " to "
        + ratio(ratio.high())
        + (Verdict.isTooWide(ratio) ? ", spread too wide" : "")
        + ")";
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
