package io.millrace.examples.marketdata;

import io.millrace.message.Schema;

/** What the venues publish to their topic. */
@Schema(id = 1804)
interface Trades {
  /**
   * A trade.
   *
   * @param number counts the trades of a venue process, from 0
   * @param price in 1/10000 of the currency
   * @param size shares
   * @return false if there was no room in time
   */
  boolean trade(long number, long price, int size);
}
