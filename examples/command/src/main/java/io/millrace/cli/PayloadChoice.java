package io.millrace.cli;

import io.millrace.message.DamagedSchemaException;
import io.millrace.message.MessageSchema;
import io.millrace.ring.Ring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
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
      description =
          "How to show the bytes: hex, text (UTF-8) or sbe (default: sbe by the schema that a ring"
              + " carries, else hex).")
  private Format format;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "The SBE schema, in XML; --format sbe goes without saying.")
  private Path schema;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** For what carries no schema. */
  PayloadFormat format() throws IOException {
    PayloadFormat given = given();
    if (given == null && format == Format.SBE) {
      throw new ParameterException(
          spec.commandLine(), "--format sbe and --schema FILE belong together");
    }
    return given == null ? new HexFormatting() : given;
  }

  /** What was asked for; null if that depends on what the ring carries. */
  PayloadFormat given() throws IOException {
    if (schema != null && format != null && format != Format.SBE) {
      throw new ParameterException(
          spec.commandLine(), "--format sbe and --schema FILE belong together");
    }
    if (schema != null) {
      return SbeFormatting.of(schema);
    }
    if (format == Format.HEX) {
      return new HexFormatting();
    }
    return format == Format.TEXT ? new TextFormatting() : null;
  }

  /**
   * What a ring carries. Where that cannot be used the records are shown as they are.
   *
   * @param service the service of the ring
   * @param notes told why it cannot
   */
  PayloadFormat carriedBy(String service, Ring ring, Consumer<String> notes) {
    try {
      MessageSchema carried = MessageSchema.carriedBy(ring).orElse(null);
      if (carried != null) {
        return SbeFormatting.of(carried);
      }
      if (format == Format.SBE) {
        notes.accept(Text.printable(service) + " carries no schema: give it with --schema FILE");
      }
    } catch (DamagedSchemaException | IllegalArgumentException failure) {
      notes.accept(
          Text.printable(service) + ": " + Text.printable(String.valueOf(failure.getMessage())));
    }
    return new HexFormatting();
  }
}
