package io.millrace.examples.marketdata;

import io.millrace.examples.marketdata.codec.BookEventDecoder;
import io.millrace.examples.marketdata.codec.MessageHeaderDecoder;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * A line of an event file, and the message that stands for it. The lines are those of LOBSTER's
 * message files (lobsterdata.com), so that real days can be replayed:
 *
 * <pre>
 * seconds since midnight , kind , order , size , price in 1/10000 , side
 * 34200.017459617,1,5003,100,1001300,-1
 * </pre>
 *
 * Kind: 1 new order, 2 reduced, 3 deleted, 4 executed, 5 hidden order executed, 6 auction, 7 halt.
 * Side: 1 the order buys, -1 it sells. 1 to 4 are about the visible book.
 */
record EventLine(long dayNanos, int kind, long order, int size, long price, int side) {
  static final int NEW = 1;
  static final int REDUCED = 2;
  static final int DELETED = 3;
  static final int EXECUTED = 4;

  /** Prices are in units of 1/10000. */
  static final double PRICE_UNIT = 10_000;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  static EventLine parse(String line) {
    String[] fields = line.split(",");
    int point = fields[0].indexOf('.');
    if (fields.length != 6 || point < 0) {
      throw new IllegalStateException("not a line of an event file: " + line);
    }
    String decimals = (fields[0].substring(point + 1) + "000000000").substring(0, 9);
    return new EventLine(
        Long.parseLong(fields[0].substring(0, point)) * SECOND + Long.parseLong(decimals),
        Integer.parseInt(fields[1]),
        Long.parseLong(fields[2]),
        Integer.parseInt(fields[3]),
        Long.parseLong(fields[4]),
        Integer.parseInt(fields[5]));
  }

  static EventLine of(BookEventDecoder message) {
    return new EventLine(
        message.dayNanos(),
        message.kind(),
        message.order(),
        message.size(),
        message.price(),
        message.side());
  }

  /** Sends the message; the publish time is taken as late as can be. */
  boolean send(BookEvents out, long sequence) {
    return out.bookEvent(sequence, System.nanoTime(), dayNanos, order, price, size, kind, side);
  }

  /** Puts a decoder on a message. */
  static void wrap(BookEventDecoder decoder, DirectBuffer buffer, int offset) {
    decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
  }

  @Override
  public String toString() {
    String decimals = Long.toString(SECOND + dayNanos % SECOND).substring(1);
    return dayNanos / SECOND
        + "."
        + decimals
        + ","
        + kind
        + ","
        + order
        + ","
        + size
        + ","
        + price
        + ","
        + side;
  }
}
