package io.millrace.recording;

import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/**
 * Publishes again what was recorded: each record with its type, at its distance from the first one,
 * into the ring of its name or by a publisher of its own in the topic of its name. If there is a
 * ring of that name, it is joined; otherwise the player makes one, which ends with it.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     Player player = Player.open(registry, PlayerOptions.of(directory).speed(10))) {
 *   PlaySummary summary = player.play(progress -> {});
 * }
 * }</pre>
 *
 * <p>Used by one thread. Any thread may {@linkplain #stop() stop} it; an interrupt of the playing
 * thread does the same, and stays set.
 */
public final class Player implements AutoCloseable {
  private static final long NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A sleep ends that much too late, and less is waited for awake. */
  private static final long AWAKE_NANOS = TimeUnit.MICROSECONDS.toNanos(150);

  private static final long LONGEST_OFF_NANOS = TimeUnit.HOURS.toNanos(10);
  private static final int DIGITS = 3;
  private static final int BATCH = 256;

  private final Registry registry;
  private final PlayerOptions options;
  private final RecordingReader reader;
  private final Map<String, Target> targets = new LinkedHashMap<>();
  private final Histogram off = new Histogram(LONGEST_OFF_NANOS, DIGITS);

  private volatile boolean stopped;
  private PlayerListener listener;
  private boolean ended;
  private boolean started;
  private long firstNanos;
  private long lastNanos;
  private long startNanos;
  private long toNanos;
  private long records;
  private long bytes;
  private long nextNotice;
  private double done;

  /** Ends a delivery of the reader: the record is played later, or never. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Stop THROWN = new Stop();

    private Stop() {
      super("stopped", null, false, false);
    }
  }

  private Player(Registry registry, PlayerOptions options, RecordingReader reader) {
    this.registry = registry;
    this.options = options;
    this.reader = reader;
    toNanos = options.to().equals(Instant.MAX) ? Long.MAX_VALUE : nanos(options.to());
  }

  private static long nanos(Instant time) {
    return RecordingReader.nanos(time);
  }

  /**
   * Opens a recording to play it.
   *
   * @param registry where rings and topics are published; stays open as long as the player
   * @param options what to play, and how
   * @return the player
   * @throws RecordingException if there is no recording, it cannot be read, or this JVM lacks a
   *     {@linkplain RecordingFlags#required() flag}
   */
  public static Player open(Registry registry, PlayerOptions options) {
    Objects.requireNonNull(registry, "registry");
    return new Player(registry, options, RecordingReader.open(options.directory()));
  }

  /**
   * Plays to the end of what is to be played. Call it once.
   *
   * @param news is told how far it has come
   * @return what was played
   * @throws RecordingException if the recording is damaged, or a record is too long for its ring
   * @throws io.millrace.MillraceException if a ring or topic that it publishes into cannot be
   *     joined or made
   */
  public PlaySummary play(PlayerListener news) {
    listener = Objects.requireNonNull(news, "news");
    OptionalLong newest = reader.newestNanos();
    lastNanos = Math.min(newest.orElse(0), toNanos);
    if (!options.from().equals(Instant.EPOCH)) {
      reader.seek(options.from());
    }
    startNanos = System.nanoTime();
    try {
      while (!ended && !isStopped() && reader.poll(this::onRecord, BATCH) > 0) {
        notice("");
      }
    } catch (Stop stop) {
      ended = true;
    }
    boolean isComplete = !isStopped();
    done = isComplete ? 1 : done;
    long elapsed = started ? System.nanoTime() - startNanos : 0;
    nextNotice = System.nanoTime();
    notice("");
    return new PlaySummary(records, bytes, elapsed, isComplete, off);
  }

  private void onRecord(
      RecordedSource source,
      long timeNanos,
      long position,
      int type,
      DirectBuffer buffer,
      int offset,
      int length) {
    if (timeNanos >= toNanos) {
      throw Stop.THROWN;
    }
    if (!options.only().isEmpty() && !options.only().equals(source.name())) {
      return;
    }
    Target target = target(source, length);
    if (!started) {
      started = true;
      firstNanos = timeNanos;
      startNanos = System.nanoTime();
      nextNotice = startNanos;
    }
    waitUntilDue(timeNanos);
    while (!target.offer(type, buffer, offset, length, NOTICE_NANOS)) {
      notice(target.name());
      stopIfWanted();
    }
    Steps.reached(Steps.Step.RECORD_PLAYED);
    records++;
    bytes += length;
  }

  private Target target(RecordedSource source, int length) {
    String name = options.into().isEmpty() ? source.name() : options.into();
    boolean isRing = source.kind() == RecordedSource.Kind.RING;
    String key = isRing ? "ring " + name : "publisher " + source.id();
    Target target = targets.get(key);
    if (target == null) {
      int capacity = source.capacity() > 0 ? source.capacity() : options.capacity();
      target =
          isRing
              ? RingTarget.open(registry, name, capacity)
              : new TopicTarget(registry, name, capacity);
      targets.put(key, target);
      Steps.reached(Steps.Step.TARGET_OPENED);
      awaitReader(target);
    }
    return target;
  }

  private void awaitReader(Target target) {
    while (options.isWaitingForReaders() && !target.hasReader()) {
      notice(target.name());
      stopIfWanted();
      LockSupport.parkNanos(this, LONGEST_SLEEP_NANOS);
    }
  }

  private void waitUntilDue(long timeNanos) {
    if (options.speed() == PlayerOptions.AS_FAST_AS_POSSIBLE) {
      done = part(timeNanos);
      return;
    }
    long due = startNanos + (long) ((timeNanos - firstNanos) / options.speed());
    long left = due - System.nanoTime();
    while (left > 0) {
      done = part(timeNanos - (long) (left * options.speed()));
      if (left > AWAKE_NANOS) {
        notice("");
        stopIfWanted();
        LockSupport.parkNanos(this, Math.min(left - AWAKE_NANOS, LONGEST_SLEEP_NANOS));
      } else {
        Thread.onSpinWait();
      }
      left = due - System.nanoTime();
    }
    done = part(timeNanos);
    off.recordValue(Math.min(-left, LONGEST_OFF_NANOS));
  }

  private double part(long timeNanos) {
    long whole = lastNanos - firstNanos;
    return whole <= 0 ? 1 : Math.clamp((timeNanos - firstNanos) / (double) whole, 0.0, 1.0);
  }

  private void notice(String waitsFor) {
    long now = System.nanoTime();
    if (now - nextNotice >= 0) {
      nextNotice = now + NOTICE_NANOS;
      long left = started && done > 0 ? (long) ((now - startNanos) / done * (1 - done)) : -1;
      listener.onProgress(new PlayerListener.Progress(records, bytes, done, left, waitsFor));
    }
  }

  private boolean isStopped() {
    return stopped || Thread.currentThread().isInterrupted();
  }

  private void stopIfWanted() {
    if (isStopped()) {
      throw Stop.THROWN;
    }
  }

  /** Ends the playing between two records. Any thread may call it. */
  public void stop() {
    stopped = true;
  }

  /** Ends the rings and publishers that were made for the replay. Called by the player's thread. */
  @Override
  public void close() {
    Closing.closeAll(() -> Closing.closeAll(targets.values()), reader);
  }
}
