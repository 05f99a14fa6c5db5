package io.millrace.examples.marketdata;

import java.util.Locale;
import java.util.TreeMap;

/** What stands in an order book: how many shares are offered and wanted at each price. */
final class Book {
  private final TreeMap<Long, Long> bids = new TreeMap<>();
  private final TreeMap<Long, Long> asks = new TreeMap<>();

  void apply(EventLine event) {
    boolean grows = event.kind() == EventLine.NEW;
    if (event.kind() > EventLine.EXECUTED) {
      return; // Hidden executions, auctions and halts leave the visible book as it is.
    }
    (event.side() > 0 ? bids : asks)
        .merge(event.price(), (long) (grows ? event.size() : -event.size()), Book::sum);
  }

  private static Long sum(long before, long change) {
    return before + change == 0 ? null : before + change;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s / %s, %d + %d prices, %d + %d shares",
        price(bids.isEmpty() ? null : bids.lastKey()),
        price(asks.isEmpty() ? null : asks.firstKey()),
        bids.size(),
        asks.size(),
        shares(bids),
        shares(asks));
  }

  private static String price(Long price) {
    return price == null
        ? "none"
        : String.format(Locale.ROOT, "%.2f", price / EventLine.PRICE_UNIT);
  }

  private static long shares(TreeMap<Long, Long> levels) {
    return levels.values().stream().mapToLong(Long::longValue).sum();
  }
}
