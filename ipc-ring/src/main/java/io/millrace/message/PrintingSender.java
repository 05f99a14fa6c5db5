package io.millrace.message;

import io.millrace.message.runtime.MessageLayout;
import io.millrace.ring.RecordSender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** Writes each message as a line. */
final class PrintingSender implements RecordSender {
  private static final int LONGEST = 1 << 28;

  private final MessageSchema schema;
  private final Appendable out;
  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
  private int type;
  private long lines;

  PrintingSender(MessageSchema schema, Appendable out) {
    this.schema = schema;
    this.out = out;
  }

  @Override
  public int tryClaim(int newType, int length) {
    buffer.checkLimit(length);
    type = newType;
    return 0;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  /** Returns how many lines there are. */
  @Override
  public long commit(int index) {
    Message message = schema.message(type);
    List<Object> values = Tree.read(message.fields(), buffer, MessageLayout.HEADER_LENGTH);
    try {
      out.append(LineWriter.line(message, values)).append('\n');
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return ++lines;
  }

  @Override
  public void abort(int index) {
    // Nothing was printed.
  }

  @Override
  public int maxMessageLength() {
    return LONGEST;
  }
}
