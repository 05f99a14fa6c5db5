package io.millrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command shows bytes. */
final class PayloadChoice {
  /** What {@code --format} takes. */
  enum Format {
    HEX,
    TEXT,
    SBE
  }

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "How to show the bytes: hex, text (UTF-8) or sbe (default: hex).")
  private Format format;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "The SBE schema, in XML; --format sbe goes without saying.")
  private Path schema;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  PayloadFormat format() throws IOException {
    if (format == null) {
      format = schema == null ? Format.HEX : Format.SBE;
    }
    if ((format == Format.SBE) != (schema != null)) {
      throw new ParameterException(
          spec.commandLine(), "--format sbe and --schema FILE belong together");
    }
    return switch (format) {
      case HEX -> new HexFormatting();
      case TEXT -> new TextFormatting();
      case SBE -> SbeFormatting.of(schema);
    };
  }
}
