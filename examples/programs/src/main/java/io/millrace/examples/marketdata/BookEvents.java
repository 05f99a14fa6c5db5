package io.millrace.examples.marketdata;

import io.millrace.message.Schema;
import io.millrace.message.Template;

/**
 * The message of {@code market-data.xml} as an interface: the feed and the screen use this one, the
 * followers the codec that the SBE tool generates. The bytes are the same.
 */
@Schema(id = 1803)
interface BookEvents {
  /**
   * Something happened to an order.
   *
   * @param sequence the line in the file, from 0
   * @param publishNanos {@code System.nanoTime()} when it was published
   * @param dayNanos when it happened, since midnight
   * @param order number of the order
   * @param price in 1/10000 of the currency
   * @param size shares
   * @param kind as in {@link EventLine}
   * @param side 1 buy, -1 sell
   * @return false if there was no room in time
   */
  @Template(1)
  boolean bookEvent(
      long sequence,
      long publishNanos,
      long dayNanos,
      long order,
      long price,
      int size,
      int kind,
      int side);
}
