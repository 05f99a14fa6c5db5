package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * Rows of cells, as wide as they need to be. A heading that begins with {@code >} is for numbers.
 */
final class Table {
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
    int[] widths = IntStream.range(0, headings.size()).map(this::width).toArray();
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
      String pad = " ".repeat(widths[i] - cells.get(i).length());
      boolean number = headings.get(i).startsWith(">");
      line.append(number ? pad + cells.get(i) : cells.get(i) + pad).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static String plain(String heading) {
    return heading.startsWith(">") ? heading.substring(1) : heading;
  }
}
