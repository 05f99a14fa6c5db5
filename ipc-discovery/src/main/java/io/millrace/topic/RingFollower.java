package io.millrace.topic;

import io.millrace.ClosedException;
import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import io.millrace.peer.Joiner;
import io.millrace.peer.LookPace;
import io.millrace.peer.PeerLife;
import io.millrace.peer.PeerWait;
import io.millrace.peer.Roster;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Consumes the ring of a name, and goes on with the next one when somebody publishes another ring
 * under that name: a publisher that was started again, or the first one of those who {@linkplain
 * Registry#createOrJoinRing share} a ring after all others had left it.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     RingFollower prices =
 *         RingFollower.open(registry, "prices", GroupOptions.named("screen"), listener)) {
 *   while (running) {
 *     prices.poll(handler, 100, WaitStrategy.blocking(), Waitable.FOREVER);
 *   }
 * }
 * }</pre>
 *
 * <p>It may be opened before the ring is there. When another ring has the name, all that is left in
 * the old one is delivered first, then the listener is told of its end, then the new one is read:
 * by the same group, which starts at the oldest record there. That is the first one if the ring had
 * this group before it was published ({@link Ring#addGroup} with a {@linkplain
 * GroupOptions#retained() retained} group); otherwise the listener is told how much came before.
 * Only if a process goes on writing to the old ring although its name is taken are both read; the
 * old one's end is then told when that process has left it.
 *
 * <p>A ring whose publisher is gone is kept until another one has the name: members that are left
 * may publish it again.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * ClosedException} once it was closed, and {@link io.millrace.ForeignThreadException} when a second
 * thread uses it while the first one lives. Any thread may {@linkplain #close() close} it and
 * {@linkplain #wakeup() wake} the thread that waits with it. A handler, and the listener, may use
 * everything but this follower, on which they may call {@link #service()} only. Records are handled
 * as {@link io.millrace.ring.Consumer} describes.
 */
public final class RingFollower implements AutoCloseable {
  private static final long NOTHING_DUE_NANOS = TimeUnit.HOURS.toNanos(1);

  private final PeerLife handle =
      new PeerLife("follower", RingFollower.class, this::closing, this::release);
  private final LifeCycle life = handle.cycle();
  private final PeerWait wait = new PeerWait(handle, this::hasDue, this::nanosToNextLook);
  private final Registry registry;
  private final String name;
  private final GroupOptions group;
  private final RingListener listener;
  private final Roster roster;
  private final Queue<Runnable> news = new ArrayDeque<>();

  /** All that are kept, the oldest first. */
  private final List<Generation> rings = new ArrayList<>();

  /** Those that are read. Replaced, never changed: a close ends their deliveries. */
  private volatile Generation[] active = {};

  private final Joiner<Came> joiner;

  /** The one that is to be joined, or null. */
  private Came came;

  private final LookPace pace = new LookPace();
  private long lastLook;
  private long nextDue;
  private Generation current;

  /**
   * One that is to be joined.
   *
   * @param isNew it came when the follower was there
   */
  private record Came(Service service, boolean isNew) {}

  private RingFollower(Registry registry, String name, GroupOptions group, RingListener listener) {
    this.registry = registry;
    this.name = name;
    this.group = Objects.requireNonNull(group, "group");
    this.listener = Objects.requireNonNull(listener, "listener");
    joiner =
        new Joiner<>(
            life,
            this::join,
            failure -> false,
            (refused, which, why) -> news.add(() -> listener.onRefused(which.service(), why)));
    try {
      registry.find(name); // Refuses what cannot be a name.
      roster = new Roster(registry, name::equals, other -> false, service -> true);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, wait);
      throw failure;
    }
    try {
      wait.watch(roster.descriptor());
      lookForChanges(false);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, this::release);
      throw failure;
    }
  }

  /**
   * Begins to follow a name, and joins its ring if there is one.
   *
   * @param registry where; stays open as long as the follower
   * @param name the name of the service
   * @param group which group to join in each of its rings. In one that is there already it starts
   *     as this says, in those that come later at the oldest record
   * @param listener is told of the rings
   * @return the follower, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the descriptors cannot be obtained
   * @throws NullPointerException if an argument is null
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched
   * @throws io.millrace.discovery.model.RecordException if the record of the name cannot be trusted
   */
  public static RingFollower open(
      Registry registry, String name, GroupOptions group, RingListener listener) {
    return new RingFollower(registry, name, group, listener);
  }

  /**
   * Delivers records that are there, and tells the listener what has become of the ring; returns
   * without waiting.
   *
   * @param handler receives the records; what it throws comes out of this method, and the record
   *     comes again
   * @param limit how many at most; less than 1 delivers nothing
   * @return how many were delivered, 0 if there is none now
   * @throws RootException if the registry's directory was removed, moved or replaced: a new ring is
   *     not found any more. Told only when nothing is left to deliver
   * @throws NullPointerException if the handler is null
   */
  public int poll(RecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    handle.enterDelivery();
    try {
      return limit < 1 ? 0 : deliver(handler, limit);
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is this follower, and its handles with it.
      throw closed;
    } finally {
      current = null;
      handle.exitDelivery();
    }
  }

  /**
   * Delivers records, and waits for the first one if there is none. Meanwhile the listener is told
   * what becomes of the ring. {@link #wakeup()} and an interrupt of the calling thread, also ones
   * that came before, end the wait at once; the interrupt's flag stays set.
   *
   * @param handler receives the records; as for {@link #poll(RecordHandler, int)}
   * @param limit how many at most; less than 1 delivers nothing and waits for nothing
   * @param strategy how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many were delivered, 0 if none came in time or before the wait was ended
   * @throws RootException as for {@link #poll(RecordHandler, int)}
   * @throws NullPointerException if the handler or the strategy is null
   */
  public int poll(RecordHandler handler, int limit, WaitStrategy strategy, long timeoutNanos) {
    Objects.requireNonNull(strategy, "strategy");
    int count = poll(handler, limit);
    long start = count == 0 ? System.nanoTime() : 0;
    long rest = limit < 1 ? 0 : timeoutNanos;
    while (count == 0 && rest > 0) {
      boolean goesOn = wait.await(strategy, rest);
      count = poll(handler, limit);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    return count;
  }

  /**
   * What to wait for when there is no record: one descriptor for the ring and the watch of its
   * name, for {@link io.millrace.ring.RingPoller} and event loops.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public Waitable waitForRecords() {
    life.requireOpen();
    return wait.view();
  }

  /**
   * The publication of the ring that the record being handled is from. For handlers.
   *
   * @return the service, with the generation of the ring
   * @throws IllegalStateException outside a handler
   */
  public Service service() {
    life.requireOwner();
    requireHandling("service()");
    return current.service;
  }

  /**
   * The {@linkplain io.millrace.ring.Ring#id() id} of the ring that the record being handled is
   * from. For handlers. With {@link #recordPosition()} it is the record's number.
   *
   * @return the id
   * @throws IllegalStateException outside a handler
   */
  public long ringId() {
    life.requireOwner();
    requireHandling("ringId()");
    return current.ring.id();
  }

  /**
   * The position of the record that is being handled, in the stream of its ring. For handlers.
   *
   * @return the position of its first byte
   * @throws IllegalStateException outside a handler
   */
  public long recordPosition() {
    life.requireOwner();
    requireHandling("recordPosition()");
    return current.recordPosition();
  }

  /**
   * Says that a record is done, and all before it in its ring. For groups that are {@linkplain
   * GroupOptions#acknowledged() acknowledged}: see {@link
   * io.millrace.ring.Consumer#acknowledge(long)}. A ring in which somebody wrote over the record is
   * refused: the listener is told, and it is not read any more.
   *
   * @param ringId in which ring; one that is not read any more changes nothing
   * @param recordPosition the {@linkplain #recordPosition() position} of the record; one that is
   *     acknowledged already changes nothing
   * @throws IllegalArgumentException if no record at that position was delivered
   * @throws IllegalStateException if the group is not an acknowledged one, or inside a handler
   */
  public void acknowledge(long ringId, long recordPosition) {
    handle.enterDelivery();
    try {
      for (Generation ring : active) {
        if (ring.ring.id() == ringId) {
          ring.acknowledge(recordPosition);
          refuseIfDamaged(ring);
        }
      }
    } finally {
      handle.exitDelivery();
    }
  }

  private void requireHandling(String what) {
    if (current == null) {
      throw new IllegalStateException(what + " is for handlers: no record is being handled");
    }
  }

  /**
   * Ends the wait that is under way, or else the next one at once. Many calls before a wait count
   * as one. Does nothing once it is closed. Any thread may call it at any time.
   */
  public void wakeup() {
    wait.wakeup();
  }

  private int deliver(RecordHandler handler, int limit) {
    tellNews();
    int count = pollAll(handler, limit);
    if (wait.takeCall() || pace.isDue()) {
      current = null;
      try {
        look();
      } catch (RootException lost) {
        if (count == 0) {
          throw lost;
        }
      }
      tellNews();
      if (count == 0) {
        count = pollAll(handler, limit);
      }
    }
    return count;
  }

  private int pollAll(RecordHandler handler, int limit) {
    int count = 0;
    for (Generation ring : active) {
      if (count < limit && !life.isClosed()) {
        count += poll(ring, handler, limit - count);
      }
    }
    return count;
  }

  private int poll(Generation ring, RecordHandler handler, int limit) {
    current = ring;
    int count = ring.poll(handler, limit);
    if (!refuseIfDamaged(ring) && count > 0) {
      wait.disarm(ring);
    }
    return count;
  }

  private boolean refuseIfDamaged(Generation ring) {
    if (ring.damage() == null) {
      return false;
    }
    leave(ring);
    listener.onRefused(ring.service, ring.damage());
    return true;
  }

  /** Something is to be told, or to be done at a time that has come. */
  private boolean hasDue() {
    return !news.isEmpty() || System.nanoTime() - nextDue >= 0;
  }

  private long nanosToNextLook() {
    return Math.max(0, nextDue - System.nanoTime());
  }

  private void tellNews() {
    for (Runnable one = news.poll(); one != null; one = news.poll()) {
      one.run();
    }
  }

  private void look() {
    roster.look();
    lookForChanges(true);
  }

  private void lookForChanges(boolean areNew) {
    lastLook = pace.begin();
    for (Roster.Change change = roster.next(); change != null; change = roster.next()) {
      if (change.refusal() != null) {
        RuntimeException why = change.refusal().reason();
        news.add(() -> listener.onRefused(null, why));
      } else if (change.departure() == null) {
        onUp(change.service(), areNew);
      } else {
        onDown(change);
      }
    }
    if (came != null) {
      joiner.begin(name, came);
      came = null;
    } else {
      joiner.tryAgain(lastLook, false);
    }
    settle();
    long now = System.nanoTime();
    nextDue = joiner.next(now + Math.min(roster.longestWaitNanos(), NOTHING_DUE_NANOS), now);
    for (Generation ring : rings) {
      if (ring.isSettling()) {
        nextDue = earlier(nextDue, ring.due, now);
      }
    }
  }

  private static long earlier(long one, long other, long now) {
    return one - now < other - now ? one : other;
  }

  private Generation newest() {
    return rings.isEmpty() ? null : rings.get(rings.size() - 1);
  }

  private void onUp(Service service, boolean hasCome) {
    Generation newest = newest();
    if (newest != null && newest.isSameMemory(service)) {
      if (newest.comesBack()) {
        news.add(() -> listener.onJoined(service, 0));
      }
    } else {
      came = new Came(service, hasCome);
    }
  }

  private void onDown(Roster.Change change) {
    came = null;
    joiner.forget(name);
    Generation newest = newest();
    if (newest != null && newest.isSameMemory(change.service())) {
      newest.ends(change.departure(), lastLook);
    }
  }

  private void join(String which, Came one) {
    Service service;
    Ring ring;
    try (Acquisition acquisition = registry.acquire(which)) {
      service = acquisition.service();
      Generation newest = newest();
      if (newest != null && newest.isSameMemory(service)) {
        return; // The watch tells that it is back.
      }
      ring = acquisition.takeRing();
    }
    Generation joined;
    try {
      joined =
          new Generation(
              service, ring, one.isNew() ? group.startingAtOldest() : group, one.isNew());
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, ring);
      throw failure;
    }
    rings.add(joined);
  }

  /** Goes on behind rings that have ended. */
  private void settle() {
    for (Generation ring : List.copyOf(rings)) {
      if (ring.isSettling() && lastLook - ring.due >= 0) {
        ring.settle(lastLook);
      }
      boolean isReplaced = ring != newest();
      if (ring.isDone() && !ring.endTold) {
        ring.endTold = true;
        news.add(() -> listener.onEnded(ring.service, ring.how));
      }
      if (ring.isDone() && isReplaced) {
        leave(ring);
      } else if (!ring.isWritten && isReplaced) {
        break; // What comes behind it waits.
      } else if (!ring.joinTold) {
        ring.joinTold = true;
        news.add(() -> listener.onJoined(ring.service, ring.missed));
      }
    }
    setActive();
  }

  private void leave(Generation ring) {
    rings.remove(ring);
    wait.letGo(ring);
    setActive();
    ring.close();
  }

  /** Those whose coming was told are read. */
  private void setActive() {
    active = rings.stream().filter(ring -> ring.joinTold).toArray(Generation[]::new);
    wait.setSources(active);
  }

  /**
   * Tells whether this was closed. Any thread may ask.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return life.isClosed();
  }

  /**
   * Ends it, and leaves the ring. Any thread may close: a wait that is under way ends with an
   * exception, a delivery ends after the record whose handler is running, and the last thread out
   * leaves. Closing again does nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  @Override
  public void close() {
    handle.close();
  }

  private void closing() {
    wait.wakeup();
    for (Generation ring : active) {
      ring.endDelivery();
    }
  }

  private void release() {
    List<AutoCloseable> all = new ArrayList<>(rings);
    all.add(roster);
    all.add(wait);
    Closing.closeAll(all);
  }

  @Override
  public String toString() {
    return "follower of "
        + name
        + " reading generations "
        + Arrays.stream(active).map(ring -> ring.service.generation()).toList();
  }
}
