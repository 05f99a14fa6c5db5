package io.millrace.message;

import io.millrace.message.runtime.MessageLayout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import org.agrona.ExpandableArrayBuffer;

/**
 * Calls an implementation of an interface for lines of text, as {@link Messages#printer} writes
 * them. Made by {@link Messages#player}, used by one thread.
 */
public final class MessagePlayer {
  private final MessageSchema schema;
  private final MessageReader reader;
  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

  MessagePlayer(MessageSchema schema, MessageReader reader) {
    this.schema = schema;
    this.reader = reader;
  }

  /**
   * Makes the call that a line describes.
   *
   * @param line the line
   * @throws IllegalArgumentException if it describes none; the message says where and why
   */
  public void play(String line) {
    LineParser.Parsed parsed = LineParser.parse(schema, line.strip());
    Message message = parsed.message();
    buffer.putLong(
        0,
        MessageLayout.header(
            message.blockLength(), message.templateId(), schema.id(), schema.version()));
    int end = Tree.write(message.fields(), parsed.values(), buffer, MessageLayout.HEADER_LENGTH);
    reader.onRecord(message.templateId(), buffer, 0, end);
  }

  /**
   * Makes the calls of all lines. Those that are empty or begin with # are passed over.
   *
   * @param lines the lines
   * @return how many calls were made
   * @throws IllegalArgumentException if a line is no call; those before it were made
   * @throws IOException if it cannot be read
   */
  public long playAll(Reader lines) throws IOException {
    BufferedReader buffered =
        lines instanceof BufferedReader already ? already : new BufferedReader(lines);
    long calls = 0;
    for (String line = buffered.readLine(); line != null; line = buffered.readLine()) {
      if (!line.isBlank() && line.strip().charAt(0) != '#') {
        play(line);
        calls++;
      }
    }
    return calls;
  }
}
