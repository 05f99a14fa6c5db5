package io.millrace.message;

/** The values that stand for a missing one, as in SBE. Any thread may ask for them. */
public final class NullValue {
  /** No {@code byte}. */
  public static final byte BYTE = Byte.MIN_VALUE;

  /** No {@code short}. */
  public static final short SHORT = Short.MIN_VALUE;

  /** No {@code char}. */
  public static final char CHAR = Character.MAX_VALUE;

  /** No {@code int}. */
  public static final int INT = Integer.MIN_VALUE;

  /** No {@code long}. */
  public static final long LONG = Long.MIN_VALUE;

  /** No {@code float}. */
  public static final float FLOAT = Float.NaN;

  /** No {@code double}. */
  public static final double DOUBLE = Double.NaN;

  private NullValue() {}
}
