package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.message.MessageSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.json.JsonPrinter;
import uk.co.real_logic.sbe.otf.OtfHeaderDecoder;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/** Shows SBE messages by their schema, and what is none of its messages as hexadecimal digits. */
final class SbeFormatting implements PayloadFormat {
  private final Ir schema;
  private final OtfHeaderDecoder header;
  private final JsonPrinter printer;
  private final HexFormatting hex = new HexFormatting();

  private SbeFormatting(Ir schema) {
    this.schema = schema;
    header = new OtfHeaderDecoder(schema.headerStructure());
    printer = new JsonPrinter(schema);
  }

  /** Reads a schema, an XML file as the SBE tool takes it. */
  static SbeFormatting of(Path path) throws IOException {
    try (InputStream xml = Files.newInputStream(path)) {
      return read(xml);
    } catch (IOException failure) {
      throw new IOException("cannot read the schema " + failure.getMessage(), failure);
    } catch (Exception failure) {
      throw new IllegalArgumentException(
          path + " is no SBE schema: " + failure.getMessage(), failure);
    }
  }

  /**
   * Takes a schema that a ring carries.
   *
   * @throws IllegalArgumentException if the SBE tool cannot read it
   */
  static SbeFormatting of(MessageSchema schema) {
    try {
      return read(new ByteArrayInputStream(schema.xml().getBytes(StandardCharsets.UTF_8)));
    } catch (Exception failure) {
      throw new IllegalArgumentException(
          schema + " is none for the SBE tool: " + failure.getMessage(), failure);
    }
  }

  private static SbeFormatting read(InputStream xml) throws Exception {
    ParserOptions options = ParserOptions.builder().stopOnError(true).suppressOutput(true).build();
    return new SbeFormatting(new IrGenerator().generate(XmlSchemaParser.parse(xml, options)));
  }

  @Override
  public String toText(byte[] bytes) {
    String name = name(bytes);
    return name == null ? hex.toText(bytes) : name + " " + Output.toJson(fields(bytes));
  }

  @Override
  public Object toJson(byte[] bytes) {
    String name = name(bytes);
    return name == null ? hex.toJson(bytes) : Map.of(name, fields(bytes));
  }

  /** The name of the message, null if it is none of this schema. */
  private String name(byte[] bytes) {
    if (bytes.length < header.encodedLength()) {
      return null;
    }
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    if (header.getSchemaId(buffer, 0) != schema.id()) {
      return null;
    }
    var tokens = schema.getMessage(header.getTemplateId(buffer, 0));
    return tokens == null ? null : tokens.get(0).name();
  }

  private Object fields(byte[] bytes) {
    StringBuilder json = new StringBuilder();
    try {
      // The buffer is exactly the message: a field behind its end is an exception.
      printer.print(json, new UnsafeBuffer(bytes), 0);
      return Output.parseJson(json.toString());
    } catch (IndexOutOfBoundsException | IllegalArgumentException | JsonProcessingException cut) {
      return "cut short or malformed: " + hex.toJson(bytes);
    }
  }
}
