package io.millrace.message;

import org.agrona.DirectBuffer;

/** A protocol with everything that there is. */
@Schema(id = 1804)
interface Market {
  enum Side {
    BUY,
    SELL
  }

  record Venue(@Ascii(4) String code, short zone) {}

  record Leg(
      int instrument,
      Side side,
      @Decimal(-2) int price,
      @Optional long lot,
      Venue venue,
      @Utf8(12) CharSequence label,
      boolean firm) {}

  record Level(
      @Decimal(-4) long price,
      int size,
      @Optional Side side,
      Venue venue,
      String note,
      byte[] tag) {}

  @Template(1)
  void placed(
      long id, @Ascii(8) CharSequence symbol, Side side, @Decimal(-4) long price, int quantity);

  @Template(2)
  void cancelled(long id);

  @Template(3)
  boolean numbers(
      byte i8,
      short i16,
      char u16,
      int i32,
      long i64,
      float f32,
      double f64,
      boolean flag,
      @Optional int maybe,
      @Optional @Decimal(3) long thousands);

  @Template(4)
  long texts(
      CharSequence utf8,
      @Ascii CharSequence ascii,
      @Ascii(3) String three,
      @Utf8(20) CharSequence twenty,
      @Ascii(40) CharSequence forty,
      String kept);

  @Template(5)
  void bytes(byte[] array, int between, DirectBuffer buffer);

  @Template(6)
  void leg(Leg leg, @Optional Side side);

  @Template(7)
  void book(@Ascii String name, long id, Iterable<Level> bids, Level[] asks, DirectBuffer rest);

  @Template(8)
  void ended();
}
