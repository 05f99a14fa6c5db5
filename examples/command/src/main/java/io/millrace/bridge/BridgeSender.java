package io.millrace.bridge;

import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.polled.HeldException;
import io.millrace.polled.PolledLife;
import io.millrace.ring.RingPoller;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;

/**
 * Sends what goes through rings and topics to other hosts.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     BridgeSender sender =
 *         BridgeSender.open(registry, BridgeSenderOptions.to(channel, directory, "near:9001"))) {
 *   sender.add("orders");
 *   while (running) {
 *     sender.poll(1000, TimeUnit.SECONDS.toNanos(1));
 *   }
 * }
 * }</pre>
 *
 * <p>In every ring it reads a retained group, and a record counts as read once Aeron's archive has
 * it. So a sender may be killed at any instruction: the next one goes on where it was, and extends
 * the recording. Receivers that come late, or were away, get what they missed from the archive.
 *
 * <p>Used by one thread; any thread may {@linkplain #wakeup() wake} and {@linkplain #close() close}
 * it. Every method throws {@link io.millrace.ClosedException} once it was closed, and {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives.
 */
public final class BridgeSender implements AutoCloseable {
  /** While the archive has not got everything, it is asked so often. */
  private static final long CONFIRM_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PolledLife life;
  private final Registry registry;
  private final BridgeSenderOptions options;
  private final AeronHost host;
  private final Store store;
  private final RingPoller poller;
  private final Presence presence;
  private final Wire wire;
  private final Set<String> names = new HashSet<>();
  private final List<Outlet> outlets = new ArrayList<>();
  private final IntUnaryOperator sending = this::send;
  private final PolledLife.Sleep sleeping = this::sleep;
  private int first;
  private boolean held;
  private volatile long records;
  private volatile long behind;

  private BridgeSender(Registry registry, BridgeSenderOptions given) {
    this.registry = registry;
    RingPoller made = null;
    AeronHost engine = null;
    presence = new Presence(given.listener(), "sending", this::status);
    options = given.listener(presence);
    try {
      made = new RingPoller();
      engine =
          options.archive() == null
              ? AeronHost.foreign(null, options.driver())
              : AeronHost.own(options.archive(), options.driver(), options.control());
      store = Store.open(engine, options.channel(), options.stream());
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, engine, made);
      throw failure;
    }
    poller = made;
    life = new PolledLife("sender", poller::wakeup, this::release);
    host = engine;
    wire = new Wire(store, ThreadLocalRandom.current().nextLong(), life::isDue, options.listener());
    try {
      presence.open(registry);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, store, engine, made);
      throw failure;
    }
  }

  /**
   * Opens the archive to go on with it, or makes one.
   *
   * @param registry where names are looked up; stays open as long as the sender
   * @param options where and how to send
   * @return the sender, which sends nothing yet
   * @throws BridgeException if another sender has the archive, or Aeron cannot use the channel or
   *     the directory
   * @throws io.millrace.SystemCallException if the directory cannot be used
   */
  public static BridgeSender open(Registry registry, BridgeSenderOptions options) {
    Objects.requireNonNull(registry, "registry");
    return new BridgeSender(registry, options);
  }

  /**
   * Sends what has a name: the ring of that service, and those that are published under that name
   * later; and all publishers of the topic of that name, now and later. Neither need be there yet.
   *
   * @param name of a service or a topic
   * @throws IllegalArgumentException if it cannot be a name, or was added already
   * @throws io.millrace.discovery.model.DiscoveryException if the registry's directory cannot be
   *     used or watched
   */
  public void add(String name) {
    life.enter();
    try {
      if (names.contains(name)) {
        throw new IllegalArgumentException(name + " is sent already");
      }
      List<Outlet> both = new ArrayList<>();
      try {
        RingOutlet rings = new RingOutlet(registry, name, options, wire);
        both.add(rings);
        rings.waitWith(poller);
        if (BridgedSource.canBeTopic(name)) {
          TopicOutlet topic = new TopicOutlet(registry, name, options, wire);
          both.add(topic);
          topic.waitWith(poller);
        }
      } catch (RuntimeException | Error failure) {
        Closing.closeAfter(failure, both.toArray(AutoCloseable[]::new));
        throw failure;
      }
      names.add(name);
      outlets.addAll(both);
    } finally {
      life.exit();
    }
  }

  /**
   * Sends what is there, and lets go of what the archive has; returns without waiting, but for a
   * moment in which there is no room on the wire.
   *
   * @param limit how many records at most; less than 1 sends nothing
   * @return how many were sent, 0 if there is none now or no room for it
   * @throws BridgeException if the archive does not record any more, or Aeron has ended
   * @throws io.millrace.discovery.model.RootException if the registry's directory was removed,
   *     moved or replaced
   */
  public int poll(int limit) {
    return poll(limit, 0);
  }

  /**
   * Sends, and waits for the first record if there is none. {@link #wakeup()} and an interrupt of
   * the calling thread end the wait.
   *
   * @param limit how many records at most; less than 1 sends nothing and waits for nothing
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait
   * @return how many were sent, 0 if none came in time, there was no room, or the wait was ended
   * @throws BridgeException as for {@link #poll(int)}
   * @throws io.millrace.discovery.model.RootException as for {@link #poll(int)}
   */
  public int poll(int limit, long timeoutNanos) {
    return life.poll(limit, timeoutNanos, sending, sleeping);
  }

  private void sleep(long atMostNanos, int times) {
    long nanos = Math.min(atMostNanos, behind > 0 || held ? CONFIRM_NANOS : LOOK_NANOS);
    if (held) {
      LockSupport.parkNanos(this, nanos); // Records are there, and would end any other wait.
    } else {
      poller.await(nanos);
    }
  }

  private int send(int limit) {
    long before = wire.records();
    held = false;
    try {
      host.check(options.listener());
      int left = limit;
      first++; // So that none of them takes it all, every time.
      for (int i = 0; i < outlets.size() && left > 0; i++) {
        left -= outlets.get(Math.floorMod(first + i, outlets.size())).poll(left);
      }
    } catch (HeldException full) {
      held = true; // What could not be sent comes again with the next poll.
    }
    Steps.reached(Steps.Step.RECORDS_SENT);
    confirm();
    Steps.reached(Steps.Step.RECORDS_CONFIRMED);
    records = wire.records();
    presence.state = held ? "there is no room on the wire" : "sending";
    presence.tellIfDue();
    return (int) (records - before);
  }

  private BridgeStatus status() {
    return new BridgeStatus(
        BridgeStatus.Side.SENDER,
        0,
        options.channel(),
        options.stream(),
        options.group(),
        records,
        0,
        store.position(),
        behind,
        presence.lostBytes,
        1,
        presence.refusals,
        presence.state);
  }

  private void confirm() {
    long recorded = store.recorded();
    outlets.forEach(outlet -> outlet.confirm(recorded));
    behind = store.position() - recorded;
  }

  /**
   * How many records this sender has sent. Any thread may ask.
   *
   * @return the number since it was opened
   */
  public long records() {
    return records;
  }

  /**
   * How much of what was sent the archive has not got yet. Any thread may ask.
   *
   * @return bytes of the stream at the last poll
   */
  public long unconfirmedBytes() {
    return behind;
  }

  /** Ends the wait that is under way, or else the next one. Any thread may call it at any time. */
  public void wakeup() {
    life.wakeup();
  }

  /**
   * Ends the sender, which another one can go on with. Any thread may close: where the sender's own
   * thread is inside a call, it ends with that call. Closing again does nothing.
   */
  @Override
  public void close() {
    life.close();
  }

  private void release() {
    // Aeron waits for its threads, which an interrupt would end.
    boolean interrupted = Thread.interrupted();
    try {
      List<AutoCloseable> all = new ArrayList<>(outlets);
      all.addAll(List.of(presence, poller, store, host));
      Closing.closeAll(all);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
