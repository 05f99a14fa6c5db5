package io.millrace.perf.jmh;

import io.millrace.message.Ascii;
import io.millrace.message.Decimal;
import io.millrace.message.Schema;
import io.millrace.message.Template;

/** The protocol of {@link MessageCalls}. */
@Schema(id = 1805)
public interface Orders {
  /** Which side. */
  enum Side {
    /** Wants to have. */
    BUY,
    /** Wants to give. */
    SELL
  }

  /**
   * Somebody wants something.
   *
   * @param id the order
   * @param symbol what of
   * @param side which side
   * @param price in 1/10000
   * @param quantity how much
   */
  @Template(1)
  void placed(
      long id, @Ascii(8) CharSequence symbol, Side side, @Decimal(-4) long price, int quantity);
}
