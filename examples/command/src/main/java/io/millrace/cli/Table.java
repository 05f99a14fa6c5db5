package io.millrace.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * Rows of cells, as wide as they need to be. A heading that begins with {@code >} is for numbers.
 */
final class Table {
  private static final int GAP = 2;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  void row(Object... cells) {
    rows.add(List.of(cells).stream().map(cell -> Text.printable(cell.toString())).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  void print(Output output) {
    print(output, Integer.MAX_VALUE);
  }

  /** Prints as many columns as fit, the first ones, and of those what fits. */
  void print(Output output, int columns) {
    int[] all = IntStream.range(0, headings.size()).map(this::width).toArray();
    int fitting = 0;
    int used = 0;
    while (fitting < all.length && (fitting == 0 || used + all[fitting] <= columns)) {
      used += all[fitting++] + GAP;
    }
    int[] widths = Arrays.copyOf(all, fitting);
    widths[0] = Math.min(widths[0], Math.max(1, columns));
    List<String> shown = headings.stream().map(Table::plain).toList();
    output.print(output.styled(Style.bold, line(shown, widths)));
    rows.forEach(row -> output.print(line(row, widths)));
  }

  private int width(int column) {
    return rows.stream()
        .mapToInt(row -> row.get(column).length())
        .reduce(plain(headings.get(column)).length(), Math::max);
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = Text.shortened(cells.get(i), widths[i]);
      String pad = " ".repeat(widths[i] - cell.length());
      boolean number = headings.get(i).startsWith(">");
      line.append(number ? pad + cell : cell + pad).append(" ".repeat(GAP));
    }
    return line.toString().stripTrailing();
  }

  private static String plain(String heading) {
    return heading.startsWith(">") ? heading.substring(1) : heading;
  }
}
