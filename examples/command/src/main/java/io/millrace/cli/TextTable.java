package io.millrace.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * Formats rows of cells as text, in columns as wide as they need to be. A heading that begins with
 * {@code >} is for numbers, which stand at the right; blanks in a heading make its column wider.
 *
 * <p>Used by one thread.
 */
public final class TextTable {
  private static final int GAP = 2;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Makes one without rows.
   *
   * @param headings one for each column
   */
  public TextTable(String... headings) {
    this.headings = List.of(headings);
  }

  /**
   * Adds a row. What a terminal would take for a command is shown as a question mark.
   *
   * @param cells one for each column
   */
  public void row(Object... cells) {
    rows.add(List.of(cells).stream().map(cell -> Text.printable(cell.toString())).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /**
   * The whole table.
   *
   * @return the line of the headings, and one line for each row
   */
  public List<String> lines() {
    return lines(Integer.MAX_VALUE);
  }

  /** As many columns as fit, the first ones, and of those what fits. */
  private List<String> lines(int columns) {
    int[] all = IntStream.range(0, headings.size()).map(this::width).toArray();
    int fitting = 0;
    int used = 0;
    while (fitting < all.length && (fitting == 0 || used + all[fitting] <= columns)) {
      used += all[fitting++] + GAP;
    }
    int[] widths = Arrays.copyOf(all, fitting);
    widths[0] = Math.min(widths[0], Math.max(1, columns));
    List<String> lines = new ArrayList<>();
    lines.add(line(headings.stream().map(TextTable::plain).toList(), widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  void print(Output output) {
    print(output, Integer.MAX_VALUE);
  }

  /** Prints as many columns as fit, the first ones, and of those what fits. */
  void print(Output output, int columns) {
    List<String> lines = lines(columns);
    output.print(output.styled(Style.bold, lines.get(0)));
    lines.stream().skip(1).forEach(output::print);
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
