package io.millrace.message;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How one value of a message lies on the wire, whatever language reads it. */
sealed interface WireType {
  /**
   * All that matters on the wire, without names that do not. Equal ones are the same layout.
   *
   * @return for people too
   */
  String describe();

  /** Tells whether it has a place in the block. */
  default boolean isFixed() {
    return true;
  }

  /** The bytes that it takes in the block. */
  int size();

  /** Encodings of text and bytes. */
  enum Encoding {
    ASCII("US-ASCII"),
    UTF8("UTF-8"),
    BYTES("bytes");

    final String sbeName;

    Encoding(String sbeName) {
      this.sbeName = sbeName;
    }
  }

  /** A number. */
  record Number(Primitive primitive, boolean optional) implements WireType {
    @Override
    public String describe() {
      return (optional ? "optional " : "") + primitive.sbeName;
    }

    @Override
    public int size() {
      return primitive.size;
    }
  }

  /** A number with a constant exponent. */
  record Decimal(Primitive mantissa, int exponent, boolean optional) implements WireType {
    @Override
    public String describe() {
      return (optional ? "optional " : "") + mantissa.sbeName + " * 10^" + exponent;
    }

    @Override
    public int size() {
      return mantissa.size;
    }

    String typeName() {
      return "decimal"
          + mantissa.size * 8
          + (exponent < 0 ? "m" : "p")
          + Math.abs(exponent)
          + (optional ? "opt" : "");
    }
  }

  /** One of some constants, by their places in the list. */
  record Choice(String name, List<String> constants, boolean optional) implements WireType {
    /** A {@code boolean}. */
    static final Choice BOOL = new Choice("Bool", List.of("F", "T"), false);

    private static final int MOST_NARROW = 255;

    Primitive primitive() {
      return constants.size() < MOST_NARROW ? Primitive.UINT8 : Primitive.UINT16;
    }

    /** What stands for none of them. */
    int nullValue() {
      return primitive() == Primitive.UINT8 ? 0xff : 0xffff;
    }

    @Override
    public String describe() {
      return (optional ? "optional " : "")
          + primitive().sbeName
          + IntStream.range(0, constants.size())
              .mapToObj(i -> constants.get(i) + "=" + i)
              .collect(Collectors.joining(", ", " of {", "}"));
    }

    @Override
    public int size() {
      return primitive().size;
    }
  }

  /** A text that is filled up with zeros. */
  record FixedText(int length, Encoding encoding) implements WireType {
    @Override
    public String describe() {
      return encoding.sbeName + " text of " + length + " bytes";
    }

    @Override
    public int size() {
      return length;
    }

    String typeName() {
      return (encoding == Encoding.ASCII ? "ascii" : "utf8x") + length;
    }
  }

  /** A record of fixed parts. */
  record Composite(String name, List<Field> parts) implements WireType {
    @Override
    public String describe() {
      return Field.describe("{", parts, "}");
    }

    @Override
    public int size() {
      return Field.blockLength(parts);
    }
  }

  /** Entries that lie one behind the other, fixed parts first, variable data behind them. */
  record Group(List<Field> parts) implements WireType {
    @Override
    public String describe() {
      return Field.describe("group [", parts, "]");
    }

    @Override
    public boolean isFixed() {
      return false;
    }

    @Override
    public int size() {
      return 0;
    }
  }

  /** Text or bytes of variable length. */
  record Data(Encoding encoding) implements WireType {
    @Override
    public String describe() {
      return "variable " + encoding.sbeName;
    }

    @Override
    public boolean isFixed() {
      return false;
    }

    @Override
    public int size() {
      return 0;
    }

    String typeName() {
      return switch (encoding) {
        case ASCII -> "varAscii";
        case UTF8 -> "varUtf8";
        case BYTES -> "varBytes";
      };
    }
  }
}
