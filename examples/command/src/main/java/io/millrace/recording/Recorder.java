package io.millrace.recording;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Closing;
import io.millrace.polled.HeldException;
import io.millrace.polled.PolledLife;
import io.millrace.ring.Ring;
import io.millrace.ring.RingPoller;
import io.millrace.ring.Waitable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import org.agrona.DirectBuffer;

/**
 * Keeps what goes through rings and topics in a directory.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     Recorder recorder = Recorder.open(registry, RecorderOptions.to(directory))) {
 *   recorder.add("orders");
 *   while (running) {
 *     recorder.poll(1000, TimeUnit.SECONDS.toNanos(1));
 *   }
 * }
 * }</pre>
 *
 * <p>In every ring it reads a retained group, and a record counts as read once it is in the files.
 * So a recorder may be killed at any instruction: the next one that records to this directory goes
 * on where it was, and nothing is missing and nothing is there twice. Records of several sources
 * are kept in the order in which they were read.
 *
 * <p>Used by one thread; any thread may {@linkplain #wakeup() wake} and {@linkplain #close() close}
 * it. Every method throws {@link io.millrace.ClosedException} once it was closed, and {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives.
 */
public final class Recorder implements AutoCloseable {
  /** The kind of the service by which a recorder tells how it is doing. */
  public static final String SERVICE_KIND = "recorder";

  /** The capability of that service that names the group. */
  public static final String GROUP = "group";

  /** The capability of that service that says why nothing is recorded now; empty if it is. */
  public static final String HELD = "held";

  private static final String TO = "to";
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int LONGEST_REASON = 400;

  private final PolledLife life;
  private final Registry registry;
  private final RecorderOptions options;
  private final Journal journal;
  private final RingPoller poller;
  private final Publication presence;
  private final Map<String, List<Feed>> feeds = new LinkedHashMap<>();
  private final Map<Journal.Entry, Long> losses = new LinkedHashMap<>();
  private final Sink sink = new Intake();
  private final IntUnaryOperator recording = this::record;
  private final PolledLife.Sleep sleeping = this::sleep;

  private long lastLook;
  private long lastLimit;
  private boolean held;

  // The owner counts, and shows it to others once in a while.
  private long records;
  private long bytes;
  private long lostBytes;
  private long again;
  private volatile Counts shown = new Counts(0, 0, 0, 0);

  private record Counts(long records, long bytes, long lostBytes, long again) {}

  private Recorder(Registry registry, RecorderOptions options, Journal journal) {
    this.registry = registry;
    this.options = options;
    this.journal = journal;
    RingPoller made = null;
    try {
      made = new RingPoller();
      presence = registry.publish(describe());
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, made, journal);
      throw failure;
    }
    poller = made;
    life = new PolledLife("recorder", poller::wakeup, this::release);
    lastLimit = System.nanoTime();
  }

  private ServiceSpec describe() {
    return ServiceSpec.named(
            String.format("recorder.%016x", ThreadLocalRandom.current().nextLong()))
        .kind(SERVICE_KIND)
        .capabilities(told(""));
  }

  private Capabilities told(String why) {
    return Capabilities.none()
        .with(GROUP, options.isLossy() ? "" : options.group())
        .with(TO, shortened(options.directory().toAbsolutePath().toString()))
        .with(HELD, shortened(why));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON);
  }

  /**
   * Opens a recording to go on with it, or makes one.
   *
   * @param registry where names are looked up; stays open as long as the recorder
   * @param options where and how to record
   * @return the recorder, which records nothing yet
   * @throws RecordingException if another one records to that directory, it rolls otherwise, the
   *     disk is full already, or this JVM lacks a {@linkplain RecordingFlags#required() flag}
   * @throws io.millrace.SystemCallException if the directory cannot be used
   */
  public static Recorder open(Registry registry, RecorderOptions options) {
    Objects.requireNonNull(registry, "registry");
    return new Recorder(registry, options, Journal.open(options));
  }

  /**
   * Records what has a name: the ring of that service, and those that are published under that name
   * later; and all publishers of the topic of that name, now and later. Neither need be there yet.
   *
   * @param name of a service or a topic
   * @throws IllegalArgumentException if it cannot be a name, or was added already
   */
  public void add(String name) {
    life.enter();
    try {
      requireNew(name);
      registry.find(name); // Refuses what is no name.
      List<Feed> both = new ArrayList<>();
      RingFeed rings = new RingFeed(registry, name, options, sink);
      both.add(rings);
      try {
        rings.look();
        if (TopicFeed.canBeTopic(name)) {
          both.add(new TopicFeed(registry, name, options, sink));
        }
      } catch (RuntimeException | Error failure) {
        Closing.closeAfter(failure, rings);
        throw failure;
      }
      feeds.put(name, both);
    } finally {
      life.exit();
    }
  }

  /**
   * Records a ring of this process.
   *
   * @param name what the recording calls it
   * @param ring the ring; stays open until the recorder is closed
   * @throws IllegalArgumentException if that name was added already
   * @throws io.millrace.ring.GroupInUseException if another recorder has the group
   * @throws io.millrace.ring.NoFreeSlotException if the ring has no place left
   */
  public void add(String name, Ring ring) {
    life.enter();
    try {
      requireNew(name);
      feeds.put(name, List.of(RecordedRing.of(ring, name, options, sink)));
    } finally {
      life.exit();
    }
  }

  private void requireNew(String name) {
    if (feeds.containsKey(name)) {
      throw new IllegalArgumentException(name + " is recorded already");
    }
  }

  /**
   * Records what is there, and returns without waiting. It also looks which rings came and went, so
   * call it again and again.
   *
   * @param limit how many records at most; less than 1 records nothing
   * @return how many were recorded, 0 if there is none now or no room for it
   */
  public int poll(int limit) {
    return poll(limit, 0);
  }

  /**
   * Records, and waits for the first record if there is none. {@link #wakeup()} and an interrupt of
   * the calling thread end the wait.
   *
   * @param limit how many records at most; less than 1 records nothing and waits for nothing
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait
   * @return how many were recorded, 0 if none came in time, there was no room, or the wait was
   *     ended
   */
  public int poll(int limit, long timeoutNanos) {
    return life.poll(limit, timeoutNanos, recording, sleeping);
  }

  private void sleep(long atMostNanos, int times) {
    long nanos = Math.min(atMostNanos, LOOK_NANOS);
    if (held) {
      LockSupport.parkNanos(this, nanos);
    } else {
      poller.await(nanos);
    }
  }

  private int record(int limit) {
    long now = System.nanoTime();
    if (now - lastLook >= LOOK_NANOS) {
      lastLook = now;
      feeds.values().forEach(all -> all.forEach(Feed::look));
    }
    if (now - lastLimit >= LIMIT_NANOS) {
      lastLimit = now;
      journal.dropOldest();
    }
    long before = records;
    // The engine's files are closed under a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      noteLosses();
      pollAll(limit);
      resumed();
    } catch (HeldException full) {
      heldBack();
    } finally {
      show();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return (int) (records - before);
  }

  private void show() {
    Counts then = shown;
    if (then.records != records || then.lostBytes != lostBytes || then.again != again) {
      shown = new Counts(records, bytes, lostBytes, again);
    }
  }

  private void pollAll(int limit) {
    int left = limit;
    for (List<Feed> all : feeds.values()) {
      for (Feed feed : all) {
        if (left > 0) {
          left -= feed.poll(left);
          Steps.reached(Steps.Step.RECORD_TAKEN);
        }
      }
    }
  }

  private void heldBack() {
    if (!held) {
      held = true;
      presence.update(told(journal.obstacle()));
      options.listener().onHeld(journal.obstacle());
    }
  }

  private void resumed() {
    if (held) {
      held = false;
      presence.update(told(""));
      options.listener().onResumed();
    }
  }

  private void noteLosses() {
    var pending = losses.entrySet().iterator();
    while (pending.hasNext()) {
      Map.Entry<Journal.Entry, Long> loss = pending.next();
      if (!journal.appendLoss(loss.getKey(), loss.getValue())) {
        throw HeldException.THROWN;
      }
      pending.remove();
    }
  }

  /** What comes out of rings. */
  private final class Intake implements Sink {
    @Override
    public Journal.Entry opened(RecordedSource source) {
      options.listener().onSource(source);
      return journal.entry(source);
    }

    @Override
    public void take(
        Journal.Entry from, long position, int type, DirectBuffer buffer, int at, int length) {
      if (position <= from.recorded) {
        again++; // A recorder was killed between the file and the ring.
        return;
      }
      if (!journal.append(from, position, type, buffer, at, length)) {
        throw HeldException.THROWN;
      }
      records++;
      bytes += length;
    }

    @Override
    public void lost(Journal.Entry from, long count) {
      lostBytes += count;
      losses.merge(from, count, Long::sum);
      options.listener().onLost(from.source, count);
    }

    @Override
    public void ended(Journal.Entry source) {
      options.listener().onEnded(source.source);
    }

    @Override
    public void refused(String name, RuntimeException why) {
      options.listener().onRefused(name, why);
    }

    @Override
    public void waitFor(Waitable waitable) {
      poller.add(waitable, () -> {});
    }

    @Override
    public void waitNoMore(Waitable waitable) {
      if (!life.isClosed()) { // With it the poller ends as a whole.
        poller.remove(waitable);
      }
    }
  }

  /**
   * How many records this recorder has recorded. Any thread may ask.
   *
   * @return the number since it was opened
   */
  public long records() {
    return shown.records;
  }

  /**
   * How much payload this recorder has recorded. Any thread may ask.
   *
   * @return bytes since it was opened
   */
  public long bytes() {
    return shown.bytes;
  }

  /**
   * How much it has missed, as far as it knows. Any thread may ask.
   *
   * @return bytes of streams, headers included
   */
  public long lostBytes() {
    return shown.lostBytes;
  }

  /**
   * How many records came again and were in the recording already. Any thread may ask.
   *
   * @return the number since it was opened
   */
  public long alreadyRecorded() {
    return shown.again;
  }

  /** Ends the wait that is under way, or else the next one. Any thread may call it at any time. */
  public void wakeup() {
    life.wakeup();
  }

  /**
   * Ends the recording, which another recorder can go on with. Any thread may close: where the
   * recorder's own thread is inside a call, it ends with that call. Closing again does nothing.
   */
  @Override
  public void close() {
    life.close();
  }

  private void release() {
    List<AutoCloseable> all = new ArrayList<>();
    for (List<Feed> some : feeds.values()) {
      for (Feed feed : some) {
        all.add(options.isReleasedAtEnd() ? feed::release : feed);
      }
    }
    all.add(presence);
    all.add(poller);
    all.add(journal);
    Closing.closeAll(all);
  }
}
