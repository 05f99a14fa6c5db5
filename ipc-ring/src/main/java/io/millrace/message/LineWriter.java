package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Decimal;
import io.millrace.message.WireType.Group;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;

/** Writes a message as a line, {@code placed(1, "MILL", BUY, 100.5000, 10)}. */
final class LineWriter {
  private final StringBuilder line = new StringBuilder();

  static String line(Message message, List<Object> values) {
    LineWriter writer = new LineWriter();
    writer.line.append(message.name());
    writer.values("(", message.fields(), values, ")");
    return writer.line.toString();
  }

  private void values(String open, List<Field> fields, List<?> values, String close) {
    line.append(open);
    for (int i = 0; i < fields.size(); i++) {
      line.append(i == 0 ? "" : ", ");
      value(fields.get(i).type(), values.get(i));
    }
    line.append(close);
  }

  private void value(WireType type, Object value) {
    if (value.equals(Tree.nullValue(type))) {
      line.append("null");
    } else if (type instanceof Composite composite) {
      values("{", composite.parts(), (List<?>) value, "}");
    } else if (type instanceof Group group) {
      line.append('[');
      for (Object entry : (List<?>) value) {
        line.append(line.charAt(line.length() - 1) == '[' ? "" : ", ");
        values("{", group.parts(), (List<?>) entry, "}");
      }
      line.append(']');
    } else if (value instanceof String text) {
      quoted(text, '"');
    } else if (value instanceof byte[] bytes) {
      line.append("0x").append(HexFormat.of().formatHex(bytes));
    } else if (type.equals(Choice.BOOL)) {
      line.append((Long) value == 1);
    } else if (type instanceof Choice choice) {
      line.append(choice.constants().get(((Long) value).intValue()));
    } else if (type instanceof Decimal decimal) {
      line.append(BigDecimal.valueOf((Long) value, -decimal.exponent()).toPlainString());
    } else if (LeafWriter.primitive(type) == Primitive.UINT16) {
      quoted(String.valueOf((char) (long) (Long) value), '\'');
    } else {
      line.append(value);
    }
  }

  private void quoted(String text, char quote) {
    line.append(quote);
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      if (one == quote || one == '\\') {
        line.append('\\').append(one);
      } else if (one == '\n') {
        line.append("\\n");
      } else if (one < ' '
          || one >= 0x7f && one < 0xa0
          || one == '\u2028'
          || one == '\u2029'
          || quote == '\'' && Character.isSurrogate(one)) {
        line.append("\\u").append(HexFormat.of().toHexDigits(one));
      } else {
        line.append(one);
      }
    }
    line.append(quote);
  }
}
