package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.examples.marketdata.codec.BookEventDecoder;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/** A consumer process of one of the groups: strategy, risk or recorder. */
final class Follower implements RecordHandler {
  static final String STRATEGY = "strategy";
  static final String RISK = "risk";
  static final String RECORDER = "recorder";

  private static final int BATCH = 64;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Risk says no to orders that are worth more, in 1/10000. */
  private static final long LARGEST = 80_000L * 10_000;

  private final BookEventDecoder message = new BookEventDecoder();
  private final Histogram latency = new Histogram(TimeUnit.HOURS.toNanos(1), 3);
  private final Book book = new Book();
  private final Ledger ledger;
  private final Work work;
  private long next;
  private long refused;

  /** What a group does with a message. Harmless if done twice. */
  private interface Work {
    void onMessage(long sequence, EventLine event);
  }

  private Follower(String role, Path folder, int messages) {
    ledger = Ledger.open(Ledger.file(folder, role), messages);
    Path file = folder.resolve(Recording.FILE);
    work =
        switch (role) {
          case STRATEGY -> (sequence, event) -> follow(file, sequence, event);
          case RISK -> (sequence, event) -> refused += isTooLarge(event) ? 1 : 0;
          default -> Recording.append(file)::write;
        };
  }

  /** The options of a group. Retained: it waits, and holds the feed back, while nobody is in it. */
  static GroupOptions group(String role) {
    GroupOptions group = GroupOptions.named(role).retained();
    return role.equals(RISK) ? group.shared() : group;
  }

  /**
   * Handles messages from the line "start" until the line "stop", then prints its results.
   *
   * @param arguments the name of the ring, the group, the folder of all files, how many messages
   */
  public static void main(String[] arguments) {
    Follower follower =
        new Follower(arguments[1], Path.of(arguments[2]), Integer.parseInt(arguments[3]));
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Consumer consumer = ring.addConsumer(group(arguments[1]));
        Cues cues = new Cues(new Scanner(System.in))) {
      System.out.println("ready");
      cues.awaitFirst();
      while (!cues.isOver()) {
        consumer.poll(follower, BATCH, WaitStrategy.blocking(), WAIT_NANOS);
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(follower.latency.getNeededByteBufferCapacity());
    int length = follower.latency.encodeIntoByteBuffer(bytes);
    System.out.println(
        "result " + (arguments[1].equals(STRATEGY) ? follower.book : follower.refused));
    System.out.println(
        "latency " + Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
  }

  @Override
  public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
    handle(buffer, offset, false);
  }

  @Override
  public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    handle(buffer, offset, true);
  }

  private void handle(DirectBuffer buffer, int offset, boolean redelivered) {
    EventLine.wrap(message, buffer, offset);
    latency.recordValue(Math.max(0, System.nanoTime() - message.publishNanos()));
    work.onMessage(message.sequence(), EventLine.of(message));
    ledger.mark(message.sequence(), redelivered);
  }

  /** A strategy that was started again reads the recording to know the book. */
  private void follow(Path recording, long sequence, EventLine event) {
    if (sequence != next) {
      Recording.replay(recording, sequence, book);
    }
    book.apply(event);
    next = sequence + 1;
  }

  private static boolean isTooLarge(EventLine event) {
    return event.kind() == EventLine.NEW && event.size() * event.price() > LARGEST;
  }
}
