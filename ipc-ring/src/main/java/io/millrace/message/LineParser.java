package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Decimal;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import io.millrace.message.WireType.Group;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads what {@link LineWriter} writes, or somebody by hand. */
final class LineParser {
  private static final int MOST_ENTRIES = 0xffff - 1;

  private final String line;
  private final Message message;
  private int at;

  private LineParser(MessageSchema schema, String line) {
    this.line = line;
    String name = word();
    message =
        schema.messages().stream()
            .filter(one -> one.name().equals(name))
            .findAny()
            .orElseThrow(() -> wrong("there is no message " + name));
  }

  /** A message with its values. */
  record Parsed(Message message, List<Object> values) {}

  static Parsed parse(MessageSchema schema, String line) {
    LineParser parser = new LineParser(schema, line);
    List<Object> values = parser.values('(', parser.message.fields(), ')');
    if (parser.at < line.length()) {
      throw parser.wrong("something follows behind the end");
    }
    return new Parsed(parser.message, values);
  }

  private void skipBlanks() {
    while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
      at++;
    }
  }

  private boolean takes(char one) {
    skipBlanks();
    boolean there = at < line.length() && line.charAt(at) == one;
    if (there) {
      at++;
      skipBlanks();
    }
    return there;
  }

  private void require(char one) {
    if (!takes(one)) {
      throw wrong("there is no " + one);
    }
  }

  private String word() {
    skipBlanks();
    int start = at;
    while (at < line.length() && "(){}[],\"' \t".indexOf(line.charAt(at)) < 0) {
      at++;
    }
    return line.substring(start, at);
  }

  private List<Object> values(char open, List<Field> fields, char close) {
    require(open);
    List<Object> values = new ArrayList<>();
    for (Field field : fields) {
      if (!values.isEmpty()) {
        require(',');
      }
      values.add(value(field.name(), field.type()));
    }
    require(close);
    return values;
  }

  private Object value(String name, WireType type) {
    if (type instanceof Composite composite) {
      return values('{', composite.parts(), '}');
    }
    if (type instanceof Group group) {
      return group(group);
    }
    if (type instanceof FixedText text) {
      String value = text(name, text.encoding());
      if (value.getBytes(Tree.charset(text.encoding())).length > text.length()
          || value.indexOf('\0') >= 0) {
        throw wrong(name + " does not fit into " + text.length() + " bytes");
      }
      return value;
    }
    if (type instanceof Data data && data.encoding() != Encoding.BYTES) {
      return text(name, data.encoding());
    }
    if (type instanceof WireType.Number number && number.primitive() == Primitive.UINT16) {
      skipBlanks();
      if (at < line.length() && line.charAt(at) == '\'') {
        String one = quoted('\'');
        if (one.length() == 1) {
          return (long) one.charAt(0);
        }
        throw wrong(name + " is not one character");
      }
    }
    String word = word();
    Object none = Tree.nullValue(type);
    if (word.equals("null") && none != null) {
      return none;
    }
    try {
      return simple(type, word);
    } catch (IllegalArgumentException | ArithmeticException no) {
      throw wrong(name + " cannot be " + (word.isEmpty() ? "empty" : word));
    }
  }

  private static Object simple(WireType type, String word) {
    if (type instanceof Data) {
      if (!word.startsWith("0x")) {
        throw new IllegalArgumentException(word);
      }
      return HexFormat.of().parseHex(word, 2, word.length());
    }
    if (type.equals(Choice.BOOL)) {
      if (!word.equals("true") && !word.equals("false")) {
        throw new IllegalArgumentException(word);
      }
      return word.equals("true") ? 1L : 0L;
    }
    if (type instanceof Choice choice) {
      int place = choice.constants().indexOf(word);
      if (place < 0) {
        throw new IllegalArgumentException(word);
      }
      return (long) place;
    }
    Primitive primitive = LeafWriter.primitive(type);
    if (type instanceof Decimal decimal) {
      return inRange(
          primitive, new BigDecimal(word).movePointRight(-decimal.exponent()).longValueExact());
    }
    return switch (primitive) {
      case FLOAT -> Float.valueOf(word);
      case DOUBLE -> Double.valueOf(word);
      default -> inRange(primitive, Long.parseLong(word));
    };
  }

  private static long inRange(Primitive primitive, long number) {
    boolean fits =
        switch (primitive) {
          case INT8 -> number == (byte) number;
          case INT16 -> number == (short) number;
          case INT32 -> number == (int) number;
          case INT64 -> true;
          default -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException("" + number);
    }
    return number;
  }

  private List<Object> group(Group group) {
    List<Object> entries = new ArrayList<>();
    require('[');
    if (takes(']')) {
      return entries;
    }
    do {
      entries.add(values('{', group.parts(), '}'));
    } while (takes(','));
    require(']');
    if (entries.size() > MOST_ENTRIES) {
      throw wrong("a group has " + MOST_ENTRIES + " entries at most");
    }
    return entries;
  }

  private String text(String name, Encoding encoding) {
    String text = quoted('"');
    if (!Tree.charset(encoding).newEncoder().canEncode(text)) {
      throw wrong(name + " is no text of " + encoding.sbeName);
    }
    return text;
  }

  private String quoted(char quote) {
    skipBlanks();
    if (at >= line.length() || line.charAt(at) != quote) {
      throw wrong("there is no " + quote);
    }
    at++;
    StringBuilder text = new StringBuilder();
    while (at < line.length() && line.charAt(at) != quote) {
      char one = line.charAt(at++);
      text.append(one == '\\' ? escaped() : one);
    }
    if (at >= line.length()) {
      throw wrong("there is no " + quote + " at the end of a text");
    }
    at++;
    return text.toString();
  }

  private char escaped() {
    char kind = at < line.length() ? line.charAt(at++) : 0;
    if (kind == 'n') {
      return '\n';
    }
    if (kind == 'u' && at + 4 <= line.length()) {
      at += 4;
      try {
        return (char) HexFormat.fromHexDigits(line, at - 4, at);
      } catch (NumberFormatException no) {
        throw wrong("\\u wants four hexadecimal digits");
      }
    }
    if (kind == '\\' || kind == '"' || kind == '\'') {
      return kind;
    }
    throw wrong("there is no \\" + kind);
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("column " + (at + 1) + " of " + line + ": " + what);
  }
}
