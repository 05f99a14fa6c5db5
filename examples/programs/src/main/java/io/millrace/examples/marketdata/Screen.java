package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.message.Messages;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.topic.SubscriberOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicSubscriber;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The screen process: shows once a second where the market is, as an observer of the feed, which
 * holds nobody back, and what the venues trade, as a subscriber of their topic.
 */
final class Screen implements BookEvents {
  private static final int BATCH = 1024;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private long dayNanos;
  private long price;
  private long events;

  private Screen() {}

  /**
   * Prints a line for each second, until the line "stop"; then how many trades it missed.
   *
   * @param arguments the name of the ring, and of the topic
   */
  public static void main(String[] arguments) {
    Screen screen = new Screen();
    RecordHandler handler = Messages.reader(BookEvents.class, screen);
    VenueView view = new VenueView();
    SubscriberOptions options = SubscriberOptions.group(GroupOptions.named("screen"));
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Observer observer = ring.addObserver();
        TopicSubscriber venues = Topic.subscriber(registry, arguments[1], options.listener(view));
        Cues cues = new Cues(new Scanner(System.in))) {
      System.out.println("ready");
      cues.awaitFirst();
      long due = System.nanoTime() + SECOND;
      while (!cues.isOver()) {
        view.poll(venues, BATCH);
        if (observer.poll(handler, BATCH) == 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (System.nanoTime() >= due) {
          due += SECOND;
          screen.print(observer.lostBytes(), view.line());
        }
      }
      System.out.println("gaps " + view.gaps());
    }
  }

  @Override
  public boolean bookEvent(
      long sequence,
      long publishNanos,
      long time,
      long order,
      long amount,
      int size,
      int kind,
      int side) {
    dayNanos = time;
    price = kind == EventLine.EXECUTED ? amount : price;
    events++;
    return true;
  }

  private void print(long lostBytes, String trades) {
    if (events == 0) {
      System.out.println("screen       no events; " + trades);
      return;
    }
    long minutes = TimeUnit.NANOSECONDS.toMinutes(dayNanos);
    System.out.printf(
        Locale.ROOT,
        "screen %02d:%02d  last trade %8.2f  %,9d events  %d bytes missed; %s%n",
        minutes / 60,
        minutes % 60,
        price / EventLine.PRICE_UNIT,
        events,
        lostBytes,
        trades);
    events = 0;
  }
}
