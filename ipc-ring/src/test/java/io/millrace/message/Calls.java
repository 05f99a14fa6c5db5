package io.millrace.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;

/** Notes each call of {@link Market} as a line. */
class Calls implements Market {
  final List<String> seen = new ArrayList<>();

  @Override
  public void placed(long id, CharSequence symbol, Side side, long price, int quantity) {
    seen.add("placed " + id + " " + symbol + " " + side + " " + price + " " + quantity);
  }

  @Override
  public void cancelled(long id) {
    seen.add("cancelled " + id);
  }

  @Override
  public boolean numbers(
      byte i8,
      short i16,
      char u16,
      int i32,
      long i64,
      float f32,
      double f64,
      boolean flag,
      int maybe,
      long thousands) {
    List<?> all = List.of(i8, i16, (int) u16, i32, i64, f32, f64, flag, maybe, thousands);
    return seen.add("numbers " + all);
  }

  @Override
  public long texts(
      CharSequence utf8,
      CharSequence ascii,
      String three,
      CharSequence twenty,
      CharSequence forty,
      String kept) {
    seen.add("texts " + List.of(utf8, ascii, three, twenty, forty, kept));
    return 0;
  }

  @Override
  public void bytes(byte[] array, int between, DirectBuffer buffer) {
    seen.add("bytes " + Arrays.toString(array) + " " + between + " " + text(buffer));
  }

  static String text(DirectBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.getBytes(0, bytes);
    return Arrays.toString(bytes);
  }

  @Override
  public void leg(Leg leg, Side side) {
    seen.add("leg " + leg + " " + side);
  }

  @Override
  public void book(String name, long id, Iterable<Level> bids, Level[] asks, DirectBuffer rest) {
    List<String> lines = new ArrayList<>();
    bids.forEach(bid -> lines.add("bid " + text(bid)));
    Arrays.stream(asks).forEach(ask -> lines.add("ask " + text(ask)));
    seen.add("book " + name + " " + id + " " + lines + " " + text(rest));
  }

  @Override
  public void ended() {
    seen.add("ended");
  }

  static String text(Level level) {
    return level.price()
        + " "
        + level.size()
        + " "
        + level.side()
        + " "
        + level.venue()
        + " "
        + level.note()
        + " "
        + Arrays.toString(level.tag());
  }
}
