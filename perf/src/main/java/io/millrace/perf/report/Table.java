package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Forks;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Result;
import io.millrace.perf.harness.SubjectResult;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table at the end of a run: every subject beside Millrace. */
public final class Table {
  private static final int NAME_WIDTH = 20;
  private static final int CELL_WIDTH = 11;
  private static final int GAP = 2;

  private final PrintStream out;

  /**
   * Makes one.
   *
   * @param out where to
   */
  public Table(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints one case.
   *
   * @param result what came out of it
   */
  public void print(CaseResult result) {
    out.printf("%n%s, %s%n", result.bench().name(), result.setting().label());
    Optional<SubjectResult> any =
        result.subjects().stream().filter(s -> !s.results().isEmpty()).findFirst();
    if (any.isPresent()) {
      List<Result> columns = any.get().results();
      String lead = columns.get(0).metric().name();
      out.print(" ".repeat(NAME_WIDTH));
      columns.forEach(column -> cell(column, column.metric().name()));
      out.println(
          isCompared(result, lead) ? "   millrace is better by (" + lead + ", fork by fork)" : "");
      result.subjects().forEach(subject -> row(result, subject, lead));
    }
    for (SubjectResult subject : result.subjects()) {
      subject.failures().forEach(why -> out.println(subject.subject() + " failed: " + why));
    }
  }

  private static boolean isCompared(CaseResult result, String metric) {
    return result.subjects().stream()
        .map(SubjectResult::subject)
        .filter(subject -> !subject.equals(Plan.MILLRACE))
        .anyMatch(peer -> result.advantage(peer, metric).isPresent());
  }

  private void row(CaseResult result, SubjectResult subject, String lead) {
    if (subject.results().isEmpty()) {
      return;
    }
    out.printf("%-" + NAME_WIDTH + "s", subject.subject());
    subject.results().forEach(cell -> cell(cell, Numbers.of(cell.value(), cell.metric())));
    if (subject.subject().equals(Plan.MILLRACE)) {
      out.println(verdict(subject.result(lead).orElseThrow().forks()));
    } else {
      out.println(
          result
              .advantage(subject.subject(), lead)
              .map(ratio -> "   x " + ratio(ratio.median()) + range(ratio))
              .orElse(""));
    }
  }

  private static String verdict(Forks forks) {
    return Verdict.isTooWide(forks)
        ? String.format(
            Locale.ROOT, "   spread too wide: its forks lie %.0f%% apart", 100 * forks.spread())
        : "";
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

  private void cell(Result column, String text) {
    out.print(" ".repeat(GAP));
    out.printf("%" + Math.max(CELL_WIDTH, column.metric().name().length()) + "s", text);
  }
}
