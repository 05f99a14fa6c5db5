package io.millrace.message;

import io.millrace.os.Descriptor;
import io.millrace.os.FileContent;
import io.millrace.os.Memfd;
import io.millrace.ring.Ring;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The schema that goes along with a ring: its XML, in memory that nobody can change. */
final class CarriedSchema {
  private CarriedSchema() {}

  static void attach(MessageSchema schema, Ring ring) {
    byte[] xml = schema.xml().getBytes(StandardCharsets.UTF_8);
    if (xml.length > SchemaXml.LONGEST) {
      throw new IllegalArgumentException(
          schema
              + " has "
              + xml.length
              + " bytes of XML, a ring carries no more than "
              + SchemaXml.LONGEST
              + ": split the interface");
    }
    try (Descriptor memory = Memfd.constant("schema", xml)) {
      ring.attach(memory.number());
    }
  }

  /** Returns null if it carries none. */
  static MessageSchema read(Ring ring) {
    int number = ring.attachment();
    if (number < 0) {
      return null;
    }
    try (Descriptor memory = Descriptor.duplicateOf(number, "schema of a ring")) {
      return read(memory);
    }
  }

  /** Nothing is read of what might change, or be a file that somebody serves. */
  private static MessageSchema read(Descriptor memory) {
    if (!Memfd.isConstant(memory)) {
      throw new DamagedSchemaException("its memory is not sealed against changes", null);
    }
    long size = memory.status().size();
    if (size > SchemaXml.LONGEST) {
      throw new DamagedSchemaException("it has " + size + " bytes", null);
    }
    ByteBuffer content = ByteBuffer.wrap(FileContent.read(memory, (int) size));
    try {
      return MessageSchema.parse(StandardCharsets.UTF_8.newDecoder().decode(content).toString());
    } catch (CharacterCodingException none) {
      throw new DamagedSchemaException("it is no UTF-8", none);
    } catch (IllegalArgumentException wrong) {
      throw new DamagedSchemaException(wrong.getMessage(), wrong);
    }
  }
}
