package io.millrace.bridge;

import static io.millrace.bridge.FrameLayout.*;

import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.Header;
import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

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
  private static final String NOTES = "received";
  private static final long SHORTEST_PAUSE_NANOS = 1_000;
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final LifeCycle life = LifeCycle.inTurns("this receiver", this::release);
  private final BridgeReceiverOptions options;
  private final BridgeListener listener;
  private final Inlets inlets;
  private final AeronHost host;
  private final Progress progress;
  private final Inbound inbound;
  private final ControlledFragmentHandler handler = this::onFrame;

  /** The runs of the sender that were seen, in their order. */
  private final LongArrayList runs = new LongArrayList();

  private boolean changed;
  private boolean goesBack;
  private long goBackTo;

  /** The run for which it went back last: what came before that is known when it comes again. */
  private long awaited;

  private boolean inside;
  private String told = "";
  private volatile boolean woken;
  private long published;
  private long again;
  private volatile Counts shown = new Counts(0, 0, 0);

  private record Counts(long records, long again, long position) {}

  private BridgeReceiver(Registry registry, BridgeReceiverOptions options) {
    this.options = options;
    listener = options.listener();
    AeronHost engine = null;
    Progress noted = null;
    Inlets made = null;
    try {
      engine =
          options.isForeign()
              ? AeronHost.foreign(options.directory(), options.driver())
              : AeronHost.own(options.directory(), options.driver(), null);
      noted = Progress.open(options.directory().resolve(NOTES));
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
    if (progress.run != 0) {
      runs.addLong(progress.run);
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
   */
  public int poll(int limit) {
    enter();
    try {
      return limit < 1 ? 0 : receive(limit);
    } finally {
      exit();
    }
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
   */
  public int poll(int limit, long timeoutNanos) {
    enter();
    try {
      long start = System.nanoTime();
      int count = limit < 1 ? 0 : receive(limit);
      long rest = limit < 1 ? 0 : timeoutNanos;
      long pause = SHORTEST_PAUSE_NANOS;
      while (count == 0 && rest > 0 && goesOn()) {
        LockSupport.parkNanos(this, Math.min(rest, pause));
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        count = receive(limit);
        rest = Deadline.left(timeoutNanos, start);
      }
      return count;
    } finally {
      exit();
    }
  }

  private boolean goesOn() {
    boolean goesOn = !woken && !life.isClosed() && !Thread.currentThread().isInterrupted();
    woken = false;
    return goesOn;
  }

  private int receive(int limit) {
    long before = published;
    // Aeron and the notes do not go on under a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      host.check(listener);
      inbound.poll(handler, limit);
      if (goesBack) {
        goesBack = false;
        inbound.goTo(goBackTo);
      }
    } finally {
      if (changed) {
        progress.note();
        Steps.reached(Steps.Step.PROGRESS_NOTED);
        inlets.released();
        changed = false; // Not before: what cannot be noted now is noted with the next poll.
        Steps.reached(Steps.Step.OWN_GROUP_READ);
        shown = new Counts(published, again, progress.position);
      }
      inlets.closeDone();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return (int) (published - before);
  }

  private Action onFrame(DirectBuffer buffer, int at, int length, Header header) {
    if (length < PAYLOAD) {
      throw new BridgeException(
          "what comes on " + options.channel() + " is from no bridge: give each its own stream");
    }
    long run = buffer.getLong(at + RUN, ByteOrder.LITTLE_ENDIAN);
    if (!runs.containsLong(run)) {
      long start = buffer.getLong(at + RUN_START, ByteOrder.LITTLE_ENDIAN);
      if (!runs.isEmpty() && run != awaited && progress.position > Math.min(start, progress.safe)) {
        // A sender before was killed, perhaps before the archive had all that it had sent. In a
        // place that was read already there may be other records now, also of runs in between.
        awaited = run;
        goesBack = true;
        goBackTo = Math.min(start, progress.safe);
        return Action.ABORT;
      }
      runs.addLong(run);
    }
    progress.run = run;
    progress.safe = Math.max(progress.safe, buffer.getLong(at + RECORDED, ByteOrder.LITTLE_ENDIAN));
    if (!take(run, buffer, at, length)) {
      return Action.ABORT;
    }
    progress.position = header.position();
    if (inbound.isFromArchive()) {
      progress.safe = Math.max(progress.safe, progress.position);
    }
    changed = true;
    return Action.CONTINUE;
  }

  /** Returns false if that is not possible now. */
  private boolean take(long run, DirectBuffer buffer, int at, int length) {
    long id = buffer.getLong(at + SOURCE_ID, ByteOrder.LITTLE_ENDIAN);
    int type = buffer.getInt(at + TYPE, ByteOrder.LITTLE_ENDIAN);
    boolean isOfOldRun = runs.getLong(runs.size() - 1) != run;
    switch (type) {
      case SOURCE:
        int kind = buffer.getInt(at + DETAIL, ByteOrder.LITTLE_ENDIAN);
        return describe(new BridgedSource(id, Progress.kind(kind), name(buffer, at, length)), run);
      case ENDED:
        if (!isOfOldRun) {
          end(progress.sources.get(id));
        }
        return true;
      case ALL:
        if (!isOfOldRun) {
          endOthers(name(buffer, at, length), run);
        }
        return true;
      default:
        if (type < 0) {
          refuse("a frame", new BridgeException("it is of the unknown kind " + type));
          return true;
        }
        long position = buffer.getLong(at + POSITION, ByteOrder.LITTLE_ENDIAN);
        return publish(
            progress.sources.get(id), position, type, buffer, at + PAYLOAD, length - PAYLOAD);
    }
  }

  private static String name(DirectBuffer buffer, int at, int length) {
    byte[] bytes = new byte[length - PAYLOAD];
    buffer.getBytes(at + PAYLOAD, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private boolean describe(BridgedSource source, long run) {
    Incoming known = progress.sources.getOrDefault(source.id(), new Incoming(source));
    if (known.inlet == null) {
      try {
        known.inlet = inlets.open(known);
      } catch (MillraceException | IllegalArgumentException refusal) {
        refuse(source.name(), refusal);
        return false;
      }
      progress.sources.put(source.id(), known);
      known.hasEnded = false;
      progress.note(); // Before a record goes there, so that the next receiver looks there for it.
      listener.onSource(source);
    }
    known.run = run;
    return true;
  }

  private void refuse(String name, RuntimeException why) {
    String cause = name + why.getMessage();
    if (!told.equals(cause)) {
      told = cause;
      listener.onRefused(name, why);
    }
  }

  private void end(Incoming ended) {
    if (ended != null && ended.inlet != null) {
      ended.noteInlet();
      inlets.end(ended);
      ended.inlet = null;
      progress.ended(ended);
      listener.onEnded(ended.source);
    }
  }

  /** Those that ended while no sender was there. */
  private void endOthers(String topic, long run) {
    for (Incoming one : List.copyOf(progress.sources.values())) {
      if (one.source.kind() == BridgedSource.Kind.PUBLISHER
          && one.source.name().equals(topic)
          && one.run != run) {
        end(one);
      }
    }
  }

  private boolean publish(
      Incoming from, long position, int type, DirectBuffer buffer, int at, int length) {
    if (from == null) {
      throw new BridgeException(
          "a record came of a ring or publisher that was not described: remove "
              + options.directory().resolve(NOTES)
              + ", and everything that the archive has comes again");
    }
    if (from.inlet == null || position <= from.last) {
      again++; // Of one that has ended, or here already.
      return true;
    }
    Inlet inlet = from.inlet;
    if (inlet.skip > 0) {
      inlet.skip--; // A receiver was killed between the ring and the note.
      again++;
    } else {
      if (length > inlet.maxMessageLength()) {
        throw new BridgeException(
            "a record of "
                + length
                + " bytes is too long for the ring of "
                + from.source.name()
                + ": receive into rings of "
                + Math.max(2L * length, 2L * inlet.maxMessageLength())
                + " bytes or more");
      }
      long end = inlet.offer(type, buffer, at, length);
      if (end < 0) {
        return false;
      }
      inlet.end = end;
      published++;
      Steps.reached(Steps.Step.RECORD_PUBLISHED);
    }
    from.last = position;
    inlets.touched(inlet);
    return true;
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
    woken = true;
  }

  private void enter() {
    life.enter();
    if (inside) {
      life.exit();
      throw new IllegalStateException("the listener of a bridge cannot use it");
    }
    inside = true;
  }

  private void exit() {
    inside = false;
    life.exit();
  }

  /**
   * Ends the receiver, and with it what it publishes; another one can go on. Any thread may close:
   * where the receiver's own thread is inside a call, it ends with that call. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    if (life.close()) {
      life.exitAsGuest();
    }
  }

  private void release() {
    // Aeron waits for its threads, which an interrupt would end.
    boolean interrupted = Thread.interrupted();
    try {
      Closing.closeAll(inbound, inlets, progress, host);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
