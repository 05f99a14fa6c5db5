package io.millrace.topic;

import io.millrace.ClosedException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import io.millrace.peer.LookPace;
import io.millrace.peer.PeerLife;
import io.millrace.peer.PeerWait;
import io.millrace.peer.Roster;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.topic.SubscriberOptions.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Reads all publishers of a topic. Made by {@link Topic#subscriber}.
 *
 * <p>It finds publishers that come, also those that are started again, and polls all of them
 * fairly. The records of each publisher come in their order. Inside a handler {@link #origin()}
 * tells whose record it is.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * ClosedException} once it was closed, and {@link io.millrace.ForeignThreadException} when a second
 * thread uses it while the first one lives. Any thread may {@linkplain #close() close} it and
 * {@linkplain #wakeup() wake} the thread that waits with it. A handler, and the listener, may use
 * everything but this subscriber, on which they may call {@link #origin()} only.
 *
 * <p>Records are handled as {@link io.millrace.ring.Consumer} describes: what a handler throws
 * comes out of the poll, and the record comes again, marked; so does one that was in the hand of a
 * subscriber that was killed.
 *
 * <p>When a publisher ends, this subscriber keeps its ring until the {@linkplain
 * PublisherOptions#required(GroupOptions) required groups} have read all of it, whichever process
 * reads them, or the linger time is over; meanwhile one of those who have the ring publishes it, so
 * that subscribers that come later find it.
 */
public final class TopicSubscriber implements AutoCloseable {
  private static final long NOTHING_DUE_NANOS = TimeUnit.HOURS.toNanos(1);

  private final PeerLife handle =
      new PeerLife("subscriber", TopicSubscriber.class, this::closing, this::release);
  private final LifeCycle life = handle.cycle();
  private final String topic;
  private final SubscriberOptions options;
  private final PeerWait wait = new PeerWait(handle, this::hasDue, this::nanosToNextLook);
  private final Sources sources = new Sources(wait);
  private final TopicNews news;
  private final Publication presence;
  private final Roster roster;
  private final Joins joins;
  private final Succession succession;
  private final Competition competition;

  private int first;
  private final LookPace pace = new LookPace();
  private long lastLook;

  /** When something of this subscriber's own is to be done, by nanoTime. */
  private long nextTask;

  /** When to look, for that or for the watch. */
  private long nextDue;

  private Origin current;

  /** Whose record is being handled; null while the listener is told something. */
  private Source handling;

  TopicSubscriber(Registry registry, String topic, SubscriberOptions options) {
    this.topic = topic;
    this.options = Objects.requireNonNull(options, "options");
    news = new TopicNews(options.listener());
    Publication published = null;
    Roster made = null;
    try {
      // Before the look at who is there: a publisher that is not seen by it sees this one.
      published = registry.publish(describe());
      made =
          new Roster(
              registry,
              TopicNames.PUBLISHERS.all(topic),
              TopicNames.READERS.all(topic),
              service -> TopicRecord.isOf(service, topic));
      wait.watch(made.descriptor());
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, made, published, wait);
      throw failure;
    }
    presence = published;
    roster = made;
    Subscription subscription =
        new Subscription(
            registry, topic, options, life, presence.service().name(), roster, sources, news);
    joins = new Joins(subscription);
    succession = new Succession(subscription);
    competition = new Competition(subscription, wait);
    try {
      takeChanges(false);
      competition.rebalance();
      nextTask = nextTask();
      nextDue = nextTask;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, this::release);
      throw failure;
    }
  }

  private ServiceSpec describe() {
    Capabilities told =
        Capabilities.none()
            .with(TopicRecord.TOPIC, topic)
            .with(TopicRecord.MODE, options.mode().name());
    return ServiceSpec.named(TopicNames.READERS.unique(topic))
        .kind(TopicRecord.KIND_READER)
        .capabilities(
            options.mode() == Mode.LOSSY
                ? told
                : told.with(TopicRecord.GROUP, options.group().name()));
  }

  /**
   * Delivers records that are there, of one publisher after the other, and tells the listener what
   * has become of publishers; returns without waiting.
   *
   * @param handler receives the records; what it throws comes out of this method, and the record
   *     comes again
   * @param limit how many at most; less than 1 delivers nothing
   * @return how many were delivered, 0 if there is none now
   * @throws RootException if the registry's directory was removed, moved or replaced: publishers
   *     that come are not found any more. Told only when nothing is left to deliver
   * @throws NullPointerException if the handler is null
   */
  public int poll(RecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    handle.enterDelivery();
    try {
      return limit < 1 ? 0 : deliver(handler, limit);
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is this subscriber, and its handles with it.
      throw closed;
    } finally {
      current = null;
      handle.exitDelivery();
    }
  }

  private int deliver(RecordHandler handler, int limit) {
    wait.collect();
    news.tell();
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
      if (count == 0) {
        count = pollAll(handler, limit);
      }
    }
    return count;
  }

  private int pollAll(RecordHandler handler, int limit) {
    Source[] all = sources.read();
    if (all.length == 1) {
      return poll(all[0], handler, limit);
    }
    int count = 0;
    int found;
    int size = wait.size();
    do {
      found = 0;
      int share = Math.max(1, (limit - count) / Math.max(1, size));
      for (int i = 0; i < size && count < limit && all == sources.read(); i++) {
        // How many there are to be polled may change with each of them.
        first = first + 1 < wait.size() ? first + 1 : 0;
        Source source = first < wait.size() ? (Source) wait.get(first) : null;
        int polled = source == null ? 0 : poll(source, handler, Math.min(share, limit - count));
        found += polled;
        count += polled;
      }
      size = wait.size();
    } while (found > 0 && count < limit && all == sources.read() && !life.isClosed());
    return count;
  }

  private int poll(Source source, RecordHandler handler, int limit) {
    if (life.isClosed()) {
      return 0;
    }
    current = source.origin;
    int count;
    handling = source;
    try {
      count = source.poll(handler, limit);
    } finally {
      handling = null;
    }
    if (source.damage() != null) {
      refuse(source);
      return count;
    }
    if (count > 0) {
      wait.disarm(source);
    }
    if (source.isObserved()) {
      long lost = source.takeLost();
      if (lost > 0) {
        options.listener().onLost(source.origin, lost);
      }
    }
    return count;
  }

  private void refuse(Source source) {
    options.listener().onRefused(source.origin, source.damage());
    sources.leave(source);
  }

  /**
   * Delivers records, and waits for the first one if there is none. Meanwhile the listener is told
   * what becomes of publishers. {@link #wakeup()} and an interrupt of the calling thread, also ones
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
   * What to wait for when there is no record: one descriptor for all rings and the watch, for
   * {@link io.millrace.ring.RingPoller} and event loops.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public Waitable waitForRecords() {
    life.requireOpen();
    return wait.view();
  }

  /**
   * The publisher of the record that is being handled. For handlers.
   *
   * @return the publisher
   * @throws IllegalStateException outside a handler
   */
  public Origin origin() {
    life.requireOwner();
    if (current == null) {
      throw new IllegalStateException("origin() is for handlers: no record is being handled");
    }
    return current;
  }

  /**
   * The position of the record that is being handled in the stream of its publisher. For handlers.
   * Together with the {@linkplain Origin#instance() instance} of its publisher it is the record's
   * number: no other record has it, and it is the same when the record comes again.
   *
   * @return the position of its first byte
   * @throws IllegalStateException outside a handler
   */
  public long recordPosition() {
    life.requireOwner();
    if (handling == null) {
      throw new IllegalStateException(
          "recordPosition() is for handlers: no record is being handled");
    }
    return handling.recordPosition();
  }

  /**
   * Says that a record is done, and all before it of its publisher. For groups that are {@linkplain
   * GroupOptions#acknowledged() acknowledged}: see {@link
   * io.millrace.ring.Consumer#acknowledge(long)}. A publisher in whose ring somebody wrote over the
   * record is refused: the listener is told, and it is not read any more.
   *
   * @param publisher whose record it is; one that is not read any more changes nothing
   * @param recordPosition the {@linkplain #recordPosition() position} of the record; one that is
   *     acknowledged already changes nothing
   * @throws IllegalArgumentException if no record at that position was delivered
   * @throws IllegalStateException if the group is not an acknowledged one, or inside a handler
   */
  public void acknowledge(Origin publisher, long recordPosition) {
    handle.enterDelivery();
    try {
      Source source = sources.get(publisher.name());
      if (source != null) {
        source.acknowledge(recordPosition);
        if (source.damage() != null) {
          refuse(source);
        }
      }
    } finally {
      handle.exitDelivery();
    }
  }

  /**
   * The publishers that are read now.
   *
   * @return them, in no order
   */
  public List<Origin> publishers() {
    life.enterAsGuest();
    try {
      return Arrays.stream(sources.read()).map(source -> source.origin).toList();
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * Ends the wait that is under way, or else the next one at once. Many calls before a wait count
   * as one. Does nothing once it is closed. Any thread may call it at any time.
   */
  public void wakeup() {
    wait.wakeup();
  }

  /** Something is to be told, or to be done at a time that has come. */
  private boolean hasDue() {
    return !news.isEmpty() || System.nanoTime() - nextDue >= 0;
  }

  private long nanosToNextLook() {
    return Math.max(0, nextDue - System.nanoTime());
  }

  /** Looks who came and went, and does what is due. */
  private void look() {
    lastLook = pace.begin();
    roster.look();
    boolean readersChanged = roster.takeFellowsChanged();
    if (takeChanges(true) || readersChanged || lastLook - nextTask >= 0) {
      joins.tryAgain(lastLook, readersChanged);
      succession.settleAll(lastLook);
      competition.rebalance();
      nextTask = nextTask();
    }
    nextDue =
        Subscription.earlier(nextTask, System.nanoTime() + roster.longestWaitNanos(), lastLook);
    news.tell();
  }

  private boolean takeChanges(boolean areNew) {
    boolean any = false;
    for (Roster.Change change = roster.next(); change != null; change = roster.next()) {
      any = true;
      if (change.refusal() != null) {
        joins.onRefused(change.refusal());
      } else if (change.departure() == null) {
        joins.onUp(change.service(), areNew);
      } else {
        joins.onDown(change.service());
        succession.onDown(change.service(), change.departure());
      }
    }
    return any;
  }

  /** When something of this subscriber's own is to be done; far away if there is nothing. */
  private long nextTask() {
    long now = System.nanoTime();
    long next = joins.nextTask(now + NOTHING_DUE_NANOS, now);
    for (Source source : sources.all()) {
      if (source.gone || source.wanted) {
        next = Subscription.earlier(next, source.due, now);
      }
    }
    return next;
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
   * Ends it. Any thread may close: a wait that is under way ends with an exception, a delivery ends
   * after the record whose handler is running, and the last thread out leaves. Closing again does
   * nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  @Override
  public void close() {
    handle.close();
  }

  private void closing() {
    wait.wakeup();
    for (Source source : sources.read()) {
      source.endDelivery();
    }
  }

  private void release() {
    List<AutoCloseable> all = new ArrayList<>(sources.all());
    all.addAll(List.of(presence, roster, wait));
    Closing.closeAll(all);
  }

  @Override
  public String toString() {
    return "subscriber of "
        + topic
        + " reading "
        + Arrays.stream(sources.read())
            .map(source -> source.origin.name())
            .collect(Collectors.toList());
  }
}
