package io.millrace.examples.beyondonehost;

import static io.millrace.examples.beyondonehost.FrameLayout.*;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.snapshot.SnapshotException;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The far side of the bridge: puts what comes next into its ring, drops what does not, and
 * confirms.
 *
 * <p>To know after a kill which record was the last, it also consumes its own ring, and keeps what
 * it read there in a snapshot: the last record is in the group still, or else in the snapshot.
 */
final class Receiver {
  /** Retained: it keeps what no receiver has read. */
  static final GroupOptions OWN = GroupOptions.named("bridge").retained();

  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final long CONFIRM_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int BATCH = 64;

  private final UnsafeBuffer number = new UnsafeBuffer(new byte[Long.BYTES]);
  private final Consumer own;
  private final Producer producer;
  private final SnapshotWriter state;
  private long last;
  private long dropped;

  private Receiver(Consumer own, Producer producer, SnapshotWriter state, long last) {
    this.own = own;
    this.producer = producer;
    this.state = state;
    this.last = last;
  }

  /**
   * Receives until it is told to stop.
   *
   * @param arguments the registry's root and the ring there, a folder for the media driver, the
   *     ports of this side and of the near one, and where the snapshot is
   */
  public static void main(String[] arguments) {
    Synchronizer path = Synchronizer.open(Path.of(arguments[5]));
    IdleStrategy idle = new BackoffIdleStrategy();
    try (Cues cues = new Cues(new Scanner(System.in));
        Registry registry = Registry.open(Path.of(arguments[0]));
        Ring ring = registry.joinRing(arguments[1]);
        Consumer own = ring.addConsumer(OWN);
        Producer producer = ring.addProducer();
        SnapshotWriter state = path.writer();
        MediaDriver driver = Drivers.launch(arguments[2]);
        Aeron aeron = Drivers.connect(driver);
        Subscription records = aeron.addSubscription(channel(arguments[3]), RECORDS);
        ExclusivePublication answers =
            aeron.addExclusivePublication(channel(arguments[4]), CONFIRMATIONS)) {
      Receiver receiver = new Receiver(own, producer, state, read(path));
      while (own.position() < ring.counters().position() && !cues.isOver()) {
        receiver.readOwn(); // Also past a claim that a killed receiver has left.
      }
      System.out.println("ready");
      FragmentAssembler whole =
          new FragmentAssembler((buffer, at, length, header) -> receiver.on(buffer, at, length));
      long due = System.nanoTime();
      while (!cues.isOver()) {
        int work = records.poll(whole, BATCH);
        receiver.readOwn();
        if (work > 0 || System.nanoTime() - due >= 0) {
          receiver.confirm(answers);
          due = System.nanoTime() + CONFIRM_NANOS;
        }
        idle.idle(work);
      }
      System.out.println("dropped " + receiver.dropped);
    }
  }

  private static long read(Synchronizer path) {
    try (SnapshotReader reader = path.reader();
        var value = reader.read()) {
      return value.buffer().getLong(0);
    } catch (SnapshotException.NothingWritten none) {
      return FIRST;
    }
  }

  private void readOwn() {
    own.poll(
        (type, buffer, offset, length) -> {
          last = Math.max(last, buffer.getLong(offset)); // Behind what this one has written.
          state.write(buffer, offset, Long.BYTES, GRACE);
        },
        BATCH);
  }

  private void on(DirectBuffer buffer, int at, int length) {
    if (length < PAYLOAD) {
      dropped++; // Nothing that a sender sends.
      return;
    }
    long position = buffer.getLong(at + POSITION);
    long previous = buffer.getLong(at + PREVIOUS);
    if (position <= last || previous != last && previous != FIRST) {
      dropped++; // Here already, or something is missing before it: that will be sent again.
      return;
    }
    number.putLong(0, position);
    int type = buffer.getInt(at + TYPE);
    while (producer.offer(type, number, 0, Long.BYTES, buffer, at + PAYLOAD, length - PAYLOAD)
        < 0) {
      readOwn(); // The own group holds the ring as well.
      Thread.onSpinWait();
    }
    last = position;
  }

  private void confirm(ExclusivePublication answers) {
    if (last != FIRST) {
      number.putLong(0, last);
      answers.offer(number); // Not taken? Then the next one will be.
    }
  }
}
