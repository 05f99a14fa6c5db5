package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import io.millrace.message.WireType.Group;
import io.millrace.message.runtime.MessageLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Messages as trees of values, for text. A number is a {@code Long} (also the mantissa of a decimal
 * and the place of a constant), a {@code Float} or a {@code Double}; a text a {@code String}; bytes
 * a {@code byte[]}; a composite, an entry, a group and a message a {@code List}. It is as slow as
 * text is.
 */
final class Tree {
  private final DirectBuffer from;
  private int position;

  private Tree(DirectBuffer from, int position) {
    this.from = from;
    this.position = position;
  }

  /** Reads the values of fields, of a writer of the same version, in the order of the fields. */
  static List<Object> read(List<Field> fields, DirectBuffer from, int position) {
    return new Tree(from, position).read(fields);
  }

  private List<Object> read(List<Field> fields) {
    Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      if (fields.get(i).type().isFixed()) {
        values[i] = readFixed(fields.get(i).type());
      }
    }
    for (int i = 0; i < values.length; i++) {
      if (fields.get(i).type() instanceof Group group) {
        values[i] = readGroup(group);
      }
    }
    for (int i = 0; i < values.length; i++) {
      if (fields.get(i).type() instanceof Data data) {
        values[i] = readData(data);
      }
    }
    return Arrays.asList(values);
  }

  private List<Object> readGroup(Group group) {
    int count = from.getShort(position + MessageLayout.COUNT) & 0xffff;
    position += MessageLayout.GROUP_HEADER;
    List<Object> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(read(group.parts()));
    }
    return entries;
  }

  private Object readData(Data data) {
    byte[] bytes = new byte[from.getInt(position)];
    from.getBytes(position + MessageLayout.DATA_HEADER, bytes);
    position += MessageLayout.DATA_HEADER + bytes.length;
    return data.encoding() == Encoding.BYTES ? bytes : new String(bytes, charset(data.encoding()));
  }

  static Charset charset(Encoding encoding) {
    return encoding == Encoding.ASCII ? StandardCharsets.US_ASCII : StandardCharsets.UTF_8;
  }

  private Object readFixed(WireType type) {
    if (type instanceof Composite composite) {
      return read(composite.parts());
    }
    int at = position;
    position += type.size();
    if (type instanceof FixedText text) {
      int used = 0;
      while (used < text.length() && from.getByte(at + used) != 0) {
        used++;
      }
      byte[] bytes = new byte[used];
      from.getBytes(at, bytes);
      return new String(bytes, charset(text.encoding()));
    }
    return switch (LeafWriter.primitive(type)) {
      case INT8 -> (long) from.getByte(at);
      case UINT8 -> from.getByte(at) & 0xffL;
      case INT16 -> (long) from.getShort(at);
      case UINT16 -> from.getShort(at) & 0xffffL;
      case INT32 -> (long) from.getInt(at);
      case INT64 -> from.getLong(at);
      case FLOAT -> from.getFloat(at);
      case DOUBLE -> from.getDouble(at);
    };
  }

  /** Writes values that {@link LineParser} has checked. Returns the position behind them. */
  static int write(List<Field> fields, List<?> values, MutableDirectBuffer to, int start) {
    int at = start;
    for (int i = 0; i < values.size(); i++) {
      if (fields.get(i).type().isFixed()) {
        at = writeFixed(fields.get(i).type(), values.get(i), to, at);
      }
    }
    for (int i = 0; i < values.size(); i++) {
      if (fields.get(i).type() instanceof Group group) {
        List<?> entries = (List<?>) values.get(i);
        to.putShort(at, (short) Field.blockLength(Field.fixed(group.parts())));
        to.putShort(at + MessageLayout.COUNT, (short) entries.size());
        at += MessageLayout.GROUP_HEADER;
        for (Object entry : entries) {
          at = write(group.parts(), (List<?>) entry, to, at);
        }
      }
    }
    for (int i = 0; i < values.size(); i++) {
      if (fields.get(i).type() instanceof Data data) {
        byte[] bytes =
            values.get(i) instanceof String text
                ? text.getBytes(charset(data.encoding()))
                : (byte[]) values.get(i);
        to.putInt(at, bytes.length);
        to.putBytes(at + MessageLayout.DATA_HEADER, bytes);
        at += MessageLayout.DATA_HEADER + bytes.length;
      }
    }
    return at;
  }

  private static int writeFixed(WireType type, Object value, MutableDirectBuffer to, int at) {
    if (type instanceof Composite composite) {
      return write(composite.parts(), (List<?>) value, to, at);
    }
    if (type instanceof FixedText text) {
      byte[] bytes = ((String) value).getBytes(charset(text.encoding()));
      to.setMemory(at, text.length(), (byte) 0);
      to.putBytes(at, bytes);
    } else if (value instanceof Float number) {
      to.putFloat(at, number);
    } else if (value instanceof Double number) {
      to.putDouble(at, number);
    } else {
      long number = (Long) value;
      switch (type.size()) {
        case Byte.BYTES -> to.putByte(at, (byte) number);
        case Short.BYTES -> to.putShort(at, (short) number);
        case Integer.BYTES -> to.putInt(at, (int) number);
        default -> to.putLong(at, number);
      }
    }
    return at + type.size();
  }

  /** What stands for a value that is missing, as it is in a tree; null if it cannot be missing. */
  static Object nullValue(WireType type) {
    if (type instanceof Choice choice) {
      return choice.optional() ? (Object) (long) choice.nullValue() : null;
    }
    boolean optional =
        type instanceof WireType.Number number && number.optional()
            || type instanceof WireType.Decimal decimal && decimal.optional();
    if (!optional) {
      return null;
    }
    return switch (LeafWriter.primitive(type)) {
      case INT8 -> (long) NullValue.BYTE;
      case INT16 -> (long) NullValue.SHORT;
      case UINT8, UINT16 -> (long) NullValue.CHAR;
      case INT32 -> (long) NullValue.INT;
      case INT64 -> NullValue.LONG;
      case FLOAT -> NullValue.FLOAT;
      case DOUBLE -> NullValue.DOUBLE;
    };
  }
}
