package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.Cues;
import io.millrace.message.Messages;
import io.millrace.ring.WaitStrategy;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.util.Scanner;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A venue process: one of the publishers of the topic of trades. Started again it is a new
 * publisher, and counts from 0 again; subscribers find it by themselves.
 */
final class Venue {
  /** What a venue says of itself. */
  static final String NAME = "venue";

  private static final int CAPACITY = 1 << 20;
  private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long FIRST_PRICE = 1_000_000;
  private static final int TICK = 100;

  private Venue() {}

  /**
   * Publishes about a thousand trades a second, until the line "stop".
   *
   * @param arguments the topic, and the name of the venue
   */
  public static void main(String[] arguments) {
    PublisherOptions options =
        PublisherOptions.capacity(CAPACITY)
            .capabilities(Capabilities.none().with(NAME, arguments[1]));
    SplittableRandom random = new SplittableRandom(arguments[1].hashCode());
    try (Registry registry = Registry.open();
        TopicPublisher publisher = Topic.publisher(registry, arguments[0], options);
        Cues cues = new Cues(new Scanner(System.in))) {
      Trades out =
          Messages.writer(Trades.class, publisher.waiting(WaitStrategy.blocking(), WAIT_NANOS));
      System.out.println("ready");
      cues.awaitFirst();
      long price = FIRST_PRICE;
      for (long number = 0; !cues.isOver(); LockSupport.parkNanos(GAP_NANOS)) {
        if (out.trade(number, price, TICK * random.nextInt(1, 10))) {
          number++;
          price += TICK * random.nextInt(-1, 2);
        }
      }
    }
  }
}
