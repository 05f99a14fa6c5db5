package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.telemetry.codec.MemorySampleEncoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SbeFormattingTest {
  private static final int LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + MemorySampleEncoder.BLOCK_LENGTH;

  @TempDir private Path folder;
  private final byte[] message = new byte[LENGTH];
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private SbeFormatting format;

  @BeforeEach
  void encode() throws IOException {
    format = SbeFormatting.of(Path.of("../programs/src/main/sbe/telemetry.xml"));
    new MemorySampleEncoder().wrapAndApplyHeader(new UnsafeBuffer(message), 0, header).total(123);
  }

  @Test
  void aMessageIsShownByItsSchema() {
    assertTrue(format.toText(message).startsWith("MemorySample {"), format.toText(message));
    assertTrue(format.toText(message).contains("\"total\":123"), format.toText(message));
  }

  @Test
  void aMessageThatIsCutShortIsNeverReadBehindItsEnd() {
    for (int length = 0; length < LENGTH; length++) {
      String text = format.toText(Arrays.copyOf(message, length));
      boolean noHeader = length < MessageHeaderEncoder.ENCODED_LENGTH;
      assertTrue(noHeader ? text.endsWith("|") : text.contains("cut short"), text);
    }
  }

  @Test
  void whatIsNoMessageOfTheSchemaIsShownAsHex() {
    header.schemaId(4711);
    assertTrue(format.toText(message).endsWith("|"));
    header.schemaId(MessageHeaderEncoder.SCHEMA_ID).templateId(4711);
    assertTrue(format.toText(message).endsWith("|"));
    assertEquals(2 * LENGTH, format.toJson(message).toString().length());
  }

  @Test
  void aFileThatIsNoSchemaIsNamed() throws IOException {
    Path missing = folder.resolve("missing.xml");
    IOException absent = assertThrows(IOException.class, () -> SbeFormatting.of(missing));
    assertEquals("cannot read the schema " + missing, absent.getMessage());
    Path other = Files.writeString(folder.resolve("other.xml"), "<other/>");
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> SbeFormatting.of(other))
            .getMessage()
            .startsWith(other + " is no SBE schema"));
  }
}
