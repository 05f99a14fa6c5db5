package io.millrace.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command prints: for humans, or one JSON object a line for scripts. */
final class Output {
  private static final String CLEAR_REST = "\u001b[K";
  private static final String CLEAR = "\u001b[H\u001b[J";

  @Option(names = "--json", description = "Print one JSON object a line.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  boolean isJson() {
    return json;
  }

  /** Prints a line: the object as JSON, or the text. */
  void print(Object object, Supplier<String> text) {
    out().println(json ? toJson(object) : text.get());
  }

  /** Prints a line for humans. */
  void print(String line) {
    out().println(line);
  }

  /** Prints something that is not part of the answer. */
  void note(String line) {
    out().flush();
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }

  /** Says why there is no answer, for the caller to end with a status that says so too. */
  void fail(String sentence) {
    out().flush();
    Failures.tell(spec.commandLine(), Text.printable(sentence));
  }

  /** Shows a line in the place of the one that this showed before. For terminals. */
  void overwrite(String line) {
    spec.commandLine().getErr().print("\r" + line + CLEAR_REST);
    spec.commandLine().getErr().flush();
  }

  /**
   * Hands over what was printed.
   *
   * @return false if nobody reads any more
   */
  boolean flush() {
    return !out().checkError();
  }

  /** Goes back to the top of the terminal, if it is one. */
  void startOver() {
    Console console = System.console();
    if (!json && console != null && console.isTerminal()) {
      out().print(CLEAR);
    }
  }

  /** How wide the terminal is; without one, or where it does not tell, there is no limit. */
  int width() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return Integer.MAX_VALUE;
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size = new String(stty.getInputStream().readAllBytes(), US_ASCII).trim().split(" ");
      int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
      return columns > 0 ? columns : Integer.MAX_VALUE;
    } catch (IOException | NumberFormatException untold) {
      return Integer.MAX_VALUE;
    }
  }

  String styled(Style style, String text) {
    return ansi().enabled() ? style.on() + text + style.off() : text;
  }

  private Ansi ansi() {
    return spec.commandLine().getColorScheme().ansi();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  static String toJson(Object object) {
    try {
      return Mapper.INSTANCE.writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("cannot write " + object + " as JSON", impossible);
    }
  }

  static Object parseJson(String text) throws JsonProcessingException {
    return Mapper.INSTANCE.readTree(text);
  }

  /** Loaded by those only who need it. */
  private static final class Mapper {
    static final JsonMapper INSTANCE =
        JsonMapper.builder()
            // Whole in every locale, and nobody's data can steer the terminal.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
  }
}
