package io.millrace.examples.orders;

import io.millrace.message.Schema;
import io.millrace.message.Template;

/** The request that places an order. */
@Schema(id = 1805)
@FunctionalInterface
interface NewOrder {
  /** The type of the request. */
  int TYPE = 1;

  /**
   * Places an order.
   *
   * @param number the number of the order, from 0
   * @param shares how many
   * @param price in 1/10000
   * @return the number of the call; negative if there is no room for another one now
   */
  @Template(TYPE)
  long place(long number, int shares, long price);
}
