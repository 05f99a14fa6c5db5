package io.millrace.examples.beyondonehost;

import static io.millrace.examples.beyondonehost.FrameLayout.*;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.ring.Consumer;
import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The near side of the bridge. It is in two groups of the ring: one reads ahead and sends, the
 * other one stands at the first record that the far side has not confirmed, and so keeps it in the
 * ring. When nothing is confirmed for a while, whatever the reason, reading starts there again.
 */
final class Sender {
  /** Retained: it keeps what is not confirmed also while there is no sender. */
  static final GroupOptions CONFIRMED = GroupOptions.named("bridge").retained();

  private static final GroupOptions AHEAD = GroupOptions.named("bridge.ahead").startingAtOldest();
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int BATCH = 64;

  private final UnsafeBuffer front = new UnsafeBuffer(new byte[PAYLOAD]);
  private final Ring ring;
  private final Consumer confirmed;
  private final ExclusivePublication records;
  private Consumer ahead;
  private long previous = FIRST;
  private long lastProgress = System.nanoTime();

  private Sender(Ring ring, Consumer confirmed, ExclusivePublication records) {
    this.ring = ring;
    this.confirmed = confirmed;
    this.records = records;
    // A sender that was killed has left this group where it was, perhaps ahead of what is
    // confirmed. It ends with its last consumer; a new one starts at the oldest.
    ring.addConsumer(AHEAD).close();
    ahead = ring.addConsumer(AHEAD);
  }

  /**
   * Sends until it is told to stop.
   *
   * @param arguments the registry's root and the ring there, a folder for the media driver, and the
   *     ports of the far side and of this one
   */
  public static void main(String[] arguments) {
    IdleStrategy idle = new BackoffIdleStrategy();
    try (Cues cues = new Cues(new Scanner(System.in));
        Registry registry = Registry.open(Path.of(arguments[0]));
        Ring ring = registry.joinRing(arguments[1]);
        Consumer confirmed = ring.addConsumer(CONFIRMED);
        MediaDriver driver = Drivers.launch(arguments[2]);
        Aeron aeron = Drivers.connect(driver);
        ExclusivePublication records =
            aeron.addExclusivePublication(channel(arguments[3]), RECORDS);
        Subscription answers = aeron.addSubscription(channel(arguments[4]), CONFIRMATIONS)) {
      Sender sender = new Sender(ring, confirmed, records);
      System.out.println("ready");
      while (!cues.isOver()) {
        idle.idle(
            sender.send()
                + answers.poll(
                    (buffer, at, length, header) -> sender.confirm(buffer, at, length), BATCH));
      }
      sender.ahead.close();
    }
  }

  private int send() {
    if (ahead.position() <= confirmed.position()) {
      lastProgress = System.nanoTime(); // Nothing is on its way.
    } else if (System.nanoTime() - lastProgress > PATIENCE_NANOS) {
      ahead.close();
      ahead = ring.addConsumer(AHEAD); // Again from the first record that is not confirmed.
      previous = FIRST;
      lastProgress = System.nanoTime();
    }
    return ahead.controlledPoll(this::onRecord, BATCH);
  }

  private Action onRecord(
      int type, DirectBuffer buffer, int offset, int length, boolean redelivered) {
    long position = ahead.position();
    if (position < confirmed.position()) {
      return Action.CONTINUE; // A slower group than the bridge keeps it in the ring.
    }
    front.putLong(POSITION, position);
    front.putLong(PREVIOUS, previous);
    front.putInt(TYPE, type);
    if (records.offer(front, 0, PAYLOAD, buffer, offset, length) < 0) {
      return Action.ABORT; // No room, or nobody there: it comes again with the next poll.
    }
    previous = position;
    return Action.CONTINUE;
  }

  private void confirm(DirectBuffer buffer, int at, int length) {
    if (length < Long.BYTES) {
      return; // Nothing that a receiver sends.
    }
    long end = Math.min(buffer.getLong(at + POSITION) + 1, ahead.position());
    while (confirmed.position() < end) {
      confirmed.poll((type, record, offset, size) -> {}, 1);
      lastProgress = System.nanoTime();
    }
  }
}
