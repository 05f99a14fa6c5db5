package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.examples.Orders;
import io.millrace.examples.marketdata.codec.BookEventDecoder;
import io.millrace.ring.Observer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;

/** The observer process: shows once a second where the market is, and holds nobody back. */
final class Screen implements RecordHandler {
  private static final int BATCH = 1024;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final BookEventDecoder message = new BookEventDecoder();
  private long dayNanos;
  private long price;
  private long events;

  private Screen() {}

  /**
   * Prints a line for each second, until the line "stop".
   *
   * @param arguments the name of the ring
   */
  public static void main(String[] arguments) {
    Screen screen = new Screen();
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Observer observer = ring.addObserver();
        Orders orders = new Orders(new Scanner(System.in))) {
      System.out.println("ready");
      orders.awaitFirst();
      long due = System.nanoTime() + SECOND;
      while (!orders.isOver()) {
        if (observer.poll(screen, BATCH) == 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (System.nanoTime() >= due) {
          due += SECOND;
          screen.print(observer.lostBytes());
        }
      }
    }
  }

  @Override
  public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
    EventLine.wrap(message, buffer, offset);
    dayNanos = message.dayNanos();
    price = message.kind() == EventLine.EXECUTED ? message.price() : price;
    events++;
  }

  private void print(long lostBytes) {
    if (events == 0) {
      System.out.println("screen       no events");
      return;
    }
    long minutes = TimeUnit.NANOSECONDS.toMinutes(dayNanos);
    System.out.printf(
        Locale.ROOT,
        "screen %02d:%02d  last trade %8.2f  %,9d events  %d bytes missed%n",
        minutes / 60,
        minutes % 60,
        price / EventLine.PRICE_UNIT,
        events,
        lostBytes);
    events = 0;
  }
}
