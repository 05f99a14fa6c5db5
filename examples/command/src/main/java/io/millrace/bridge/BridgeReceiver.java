package io.millrace.bridge;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.polled.PolledLife;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;

/**
 * Publishes on this host what a {@link BridgeSender} sends from another one: each ring under its
 * name, and a publisher for each publisher of a topic.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     BridgeReceiver receiver = BridgeReceiver.open(registry,
 *         BridgeReceiverOptions.listen(channel, "near:9001", "far", directory))) {
 *   while (running) {
 *     receiver.poll(1000, TimeUnit.SECONDS.toNanos(1));
 *   }
 * }
 * }</pre>
 *
 * <p>It begins with the oldest record in the sender's archive, and notes in its directory how far
 * it has come: the next receiver with that directory goes on there. Records that come again, after
 * a kill of either side, are recognised by their numbers and not published again.
 *
 * <p>Used by one thread; any thread may {@linkplain #wakeup() wake} and {@linkplain #close() close}
 * it. Every method throws {@link io.millrace.ClosedException} once it was closed, and {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives.
 */
public final class BridgeReceiver implements AutoCloseable {
  private static final long SHORTEST_PAUSE_NANOS = 1_000;
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int MOST_DOUBLINGS = 8;

  private final PolledLife life = new PolledLife("receiver", () -> {}, this::release);
  private final BridgeReceiverOptions options;
  private final Presence presence;
  private final Inlets inlets;
  private final AeronHost host;
  private final Progress progress;
  private final Inbound inbound;
  private final Frames frames;
  private final IntUnaryOperator receiving = this::receive;
  private final PolledLife.Sleep sleeping = this::sleep;
  private volatile Counts shown = new Counts(0, 0, 0);

  private record Counts(long records, long again, long position) {}

  private BridgeReceiver(Registry registry, BridgeReceiverOptions given) {
    presence = new Presence(given.listener(), "waiting for the sender", this::status);
    options = given.listener(presence);
    AeronHost engine = null;
    Progress noted = null;
    Inlets made = null;
    try {
      engine =
          options.isForeign()
              ? AeronHost.foreign(options.directory(), options.driver())
              : AeronHost.own(options.directory(), options.driver(), null);
      noted = Progress.open(options.directory().resolve(Progress.NOTES));
      made = new Inlets(registry, options.capacity());
      made.goOn(noted);
      noted.note();
      made.released();
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, made, noted, engine);
      throw failure;
    }
    host = engine;
    progress = noted;
    inlets = made;
    inbound = new Inbound(host.aeron(), options, progress);
    frames = new Frames(options, progress, inlets, inbound);
    try {
      presence.open(registry);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, inlets, progress, host);
      throw failure;
    }
  }

  /**
   * Opens a receiver, which goes on where the last one with that directory was. The sender need not
   * be there yet.
   *
   * @param registry where to publish; stays open as long as the receiver
   * @param options what to receive
   * @return the receiver
   * @throws BridgeException if another receiver has the directory, somebody else writes to a ring
   *     of that name, or Aeron cannot use the channel
   * @throws MillraceException if a ring or its directory cannot be used
   */
  public static BridgeReceiver open(Registry registry, BridgeReceiverOptions options) {
    Objects.requireNonNull(registry, "registry");
    return new BridgeReceiver(registry, options);
  }

  /**
   * Publishes what has come, and returns without waiting.
   *
   * @param limit how many records at most, or a few more; less than 1 receives nothing
   * @return how many were published, 0 if none have come, or a ring is full
   * @throws BridgeException if a record is too long for the rings here, or Aeron has ended
   * @throws MillraceException if a ring or publisher that it needs cannot be made, joined or
   *     written
   */
  public int poll(int limit) {
    return poll(limit, 0);
  }

  /**
   * Publishes what has come, and waits for the first record if there is none. {@link #wakeup()} and
   * an interrupt of the calling thread end the wait.
   *
   * @param limit how many records at most, or a few more; less than 1 receives nothing and waits
   *     for nothing
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait
   * @return how many were published, 0 if none came in time, a ring is full, or the wait was ended
   * @throws BridgeException as for {@link #poll(int)}
   * @throws MillraceException as for {@link #poll(int)}
   */
  public int poll(int limit, long timeoutNanos) {
    return life.poll(limit, timeoutNanos, receiving, sleeping);
  }

  /** Longer and longer: nobody tells it of a frame. */
  private void sleep(long atMostNanos, int times) {
    long pause = SHORTEST_PAUSE_NANOS << Math.min(times, MOST_DOUBLINGS);
    LockSupport.parkNanos(this, Math.min(atMostNanos, Math.min(pause, LONGEST_PAUSE_NANOS)));
  }

  private int receive(int limit) {
    long before = frames.published;
    // Aeron and the notes do not go on under a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      host.check(presence);
      inbound.poll(frames, limit);
      frames.goBackIfWanted();
    } finally {
      if (frames.changed) {
        progress.note();
        Steps.reached(Steps.Step.PROGRESS_NOTED);
        inlets.released();
        frames.changed = false; // Not before: what cannot be noted now is noted with the next poll.
        Steps.reached(Steps.Step.OWN_GROUP_READ);
        shown = new Counts(frames.published, frames.again, progress.position);
      }
      inlets.closeDone();
      presence.tellIfDue();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return (int) (frames.published - before);
  }

  private BridgeStatus status() {
    return new BridgeStatus(
        BridgeStatus.Side.RECEIVER,
        0,
        options.channel(),
        options.stream(),
        "",
        frames.published,
        frames.again,
        progress.position,
        0,
        0,
        frames.runs(),
        presence.refusals,
        presence.state);
  }

  /**
   * How many records this receiver has published. Any thread may ask.
   *
   * @return the number since it was opened
   */
  public long records() {
    return shown.records;
  }

  /**
   * How many records came again and were not published again. Any thread may ask.
   *
   * @return the number since it was opened
   */
  public long alreadyPublished() {
    return shown.again;
  }

  /**
   * Up to where the sender's stream was read. Any thread may ask.
   *
   * @return the position in bytes, -1 before the first record
   */
  public long position() {
    return shown.position;
  }

  /** Ends the wait that is under way, or else the next one. Any thread may call it at any time. */
  public void wakeup() {
    life.wakeup();
  }

  /**
   * Ends the receiver, and with it what it publishes; another one can go on. Any thread may close:
   * where the receiver's own thread is inside a call, it ends with that call. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    life.close();
  }

  private void release() {
    // Aeron waits for its threads, which an interrupt would end.
    boolean interrupted = Thread.interrupted();
    try {
      Closing.closeAll(presence, inbound, inlets, progress, host);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
