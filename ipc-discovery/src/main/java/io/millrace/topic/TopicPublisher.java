package io.millrace.topic;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.message.MessageSchema;
import io.millrace.os.Closing;
import io.millrace.os.Credentials;
import io.millrace.os.Deadline;
import io.millrace.ring.Batch;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Publishes to a topic. Made by {@link Topic#publisher}. It writes into a ring of its own, so no
 * other publisher can hold it up.
 *
 * <p>It is used and closed like a {@link Producer}: by one thread, or another one when that one has
 * ended; any thread may close it, and {@linkplain #wakeup() wake} the thread that waits with it.
 * Every method throws what that of a producer throws. Being a {@link RecordSender}, it also takes
 * the messages of an interface: {@code Messages.writer(Orders.class, publisher)}.
 *
 * <p>When it is closed, or its process ends or is killed, what it committed stays for those
 * subscribers that are there: each delivers what it has not delivered yet, and the required groups
 * go on in the ring as long as any subscriber has it, and the linger time of that subscriber is not
 * over. If no subscriber is there, the records end with their publisher.
 *
 * <p>While subscribers that were there before this publisher have not joined it yet, it does not
 * overwrite its first records: if its ring is full it is then back-pressured, for two seconds at
 * most.
 */
public final class TopicPublisher implements RecordSender, AutoCloseable {
  private static final long JOIN_PAUSE_NANOS = 500_000;
  private static final String DEFAULT_NAME = RingOptions.capacity(1 << 16).name();

  private final Ring ring;
  private final Producer producer;
  private final Publication publication;
  private final History history;
  private final PublisherWait space;

  TopicPublisher(Registry registry, String topic, PublisherOptions options) {
    String name = TopicNames.PUBLISHERS.unique(topic);
    RingOptions shape = options.ring();
    ring = Ring.create(shape.name().equals(DEFAULT_NAME) ? shape.name("topic " + topic) : shape);
    Publication published = null;
    try {
      Capabilities told = options.capabilities().with(TopicRecord.TOPIC, topic);
      MessageSchema schema = options.schema();
      if (schema != null) {
        schema.attachTo(ring);
        told = told.with(Capabilities.SCHEMA, schema.fingerprint());
      }
      options.required().forEach(ring::addGroup);
      history = new History(ring, options.history());
      producer = ring.addProducer();
      space = new PublisherWait(producer, history);
      published = registry.publish(describe(name, ring, options.access()).capabilities(told));
      publication = published;
      // After the publication: a subscriber that makes itself known later finds this publisher
      // there.
      history.open(registry, topic);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, published, ring);
      throw failure;
    }
  }

  /**
   * How the ring of a publisher is published, by the publisher or by a process that goes on with
   * it.
   */
  static ServiceSpec describe(String name, Ring ring, AccessRule access) {
    return ServiceSpec.named(name)
        .kind(TopicRecord.KIND_PUBLISHER)
        .access(AccessRule.users(Credentials.uid()).or(access))
        .ring(ring);
  }

  /**
   * Writes one record.
   *
   * @param type the record's type, 0 or more
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @return the position behind the record, or {@link Producer#BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   */
  public long offer(int type, DirectBuffer source, int offset, int length) {
    long end = producer.offer(type, source, offset, length);
    return end < 0 ? offerAgain(type, source, offset, length) : end;
  }

  /** Apart, so that the producer's method is compiled into its caller as without a topic. */
  private long offerAgain(int type, DirectBuffer source, int offset, int length) {
    return history.makeRoom() ? producer.offer(type, source, offset, length) : BACK_PRESSURED;
  }

  /**
   * Writes one record whose payload is in two places.
   *
   * @param type the record's type, 0 or more
   * @param first where the first part is
   * @param firstOffset where it starts
   * @param firstLength its length in bytes
   * @param second where the second part is
   * @param secondOffset where it starts
   * @param secondLength its length in bytes
   * @return the position behind the record, or {@link Producer#BACK_PRESSURED}
   * @throws IllegalArgumentException if the lengths or the type are out of range
   * @throws IndexOutOfBoundsException if a part is not within its source
   */
  public long offer(
      int type,
      DirectBuffer first,
      int firstOffset,
      int firstLength,
      DirectBuffer second,
      int secondOffset,
      int secondLength) {
    long end =
        producer.offer(type, first, firstOffset, firstLength, second, secondOffset, secondLength);
    if (end < 0 && history.makeRoom()) {
      end =
          producer.offer(type, first, firstOffset, firstLength, second, secondOffset, secondLength);
    }
    return end;
  }

  /**
   * Writes one record, and waits while there is no room.
   *
   * @param type the record's type, 0 or more
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return the position behind the record, or {@link Producer#BACK_PRESSURED} if there was no room
   *     in time or before {@link #wakeup()} or an interrupt of the calling thread, whose flag stays
   *     set, ended the wait: then nothing was written
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   * @throws NullPointerException if the source or the strategy is null
   */
  public long offer(
      int type, DirectBuffer source, int offset, int length, WaitStrategy wait, long timeoutNanos) {
    Objects.requireNonNull(wait, "wait");
    long end = offer(type, source, offset, length);
    long start = end < 0 && timeoutNanos > 0 ? System.nanoTime() : 0;
    long rest = timeoutNanos;
    while (end < 0 && rest > 0) {
      boolean goesOn = wait.await(space.ofLength(length), rest);
      end = offer(type, source, offset, length);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    return end;
  }

  /**
   * Claims room for one record, to write the payload in place. Nothing else can be written through
   * this publisher until {@link #commit(int)} or {@link #abort(int)}.
   *
   * @param type the record's type, 0 or more
   * @param length the payload's length in bytes, 0 to {@link #maxMessageLength()}
   * @return where the payload goes in {@link #buffer()}, or {@link Producer#BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if something is claimed already
   */
  @Override
  public int tryClaim(int type, int length) {
    int index = producer.tryClaim(type, length);
    return index < 0 ? claimAgain(type, length) : index;
  }

  private int claimAgain(int type, int length) {
    return history.makeRoom() ? producer.tryClaim(type, length) : BACK_PRESSURED;
  }

  /**
   * The memory that claimed payloads are written to. Only the claimed bytes may be touched.
   *
   * @return the buffer that indexes from {@link #tryClaim} are about
   */
  @Override
  public MutableDirectBuffer buffer() {
    return producer.buffer();
  }

  /**
   * Makes the claimed record visible.
   *
   * @param index what {@link #tryClaim} returned
   * @return the position behind the record
   * @throws IllegalStateException if that is not claimed
   */
  @Override
  public long commit(int index) {
    return producer.commit(index);
  }

  /**
   * Gives the claimed record up: subscribers skip it.
   *
   * @param index what {@link #tryClaim} returned
   * @throws IllegalStateException if that is not claimed
   */
  @Override
  public void abort(int index) {
    producer.abort(index);
  }

  /**
   * Claims room for many records at once.
   *
   * @param records how many, at least 1
   * @param length the length of the longest payload among them, in bytes
   * @return the batch, to be filled and closed, or {@code null} if there is no room now
   * @throws IllegalArgumentException if that is more than half the capacity
   * @throws IllegalStateException if something is claimed already
   */
  public Batch tryBatch(int records, int length) {
    Batch batch = producer.tryBatch(records, length);
    if (batch == null && history.makeRoom()) {
      batch = producer.tryBatch(records, length);
    }
    return batch;
  }

  /**
   * The longest payload.
   *
   * @return half the capacity, in bytes
   */
  @Override
  public int maxMessageLength() {
    return producer.maxMessageLength();
  }

  /**
   * This publisher, but its claims wait while there is no room, as {@link #offer(int, DirectBuffer,
   * int, int, WaitStrategy, long)} does: for {@linkplain io.millrace.message.Messages messages of
   * an interface} that are not to fail when a subscriber is slow.
   *
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return a sender that writes through this publisher, by the same thread
   * @throws NullPointerException if the strategy is null
   */
  public RecordSender waiting(WaitStrategy wait, long timeoutNanos) {
    return new WaitingPublisher(this, space, wait, timeoutNanos);
  }

  /**
   * What to wait for when there is no room.
   *
   * @param length the length of the payload that is to be written next
   * @return something that is ready once there is room; it belongs to this publisher, and what an
   *     earlier call returned is the same object
   * @throws IllegalArgumentException if the length is out of range
   */
  public Waitable waitForSpace(int length) {
    return space.ofLength(length);
  }

  /**
   * Waits until the subscribers that were there when this publisher was made have joined it. A
   * publisher that lives only for a moment calls this before it is closed, so that its records are
   * not gone with it.
   *
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less only looks, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return true if each of them has joined or is gone; false if the time is over, or {@link
   *     #wakeup()} or an interrupt of the calling thread ended the wait
   */
  public boolean awaitSubscribers(long timeoutNanos) {
    long start = System.nanoTime();
    Waitable room = space.ofLength(0);
    room.isReady(); // Asks its producer, which sees to it that one thread uses this publisher.
    while (!history.haveAllJoined()) {
      room.isReady();
      if (room.isWoken() || Deadline.left(timeoutNanos, start) <= 0) {
        room.cancelWait();
        return false;
      }
      LockSupport.parkNanos(this, JOIN_PAUSE_NANOS);
    }
    return true;
  }

  /**
   * What has become of its ring: groups, consumers, rates.
   *
   * @return the counters, to be read until the publisher is closed
   */
  public RingCounters counters() {
    return ring.counters();
  }

  /**
   * The service by which others find it.
   *
   * @return the service
   */
  public Service service() {
    return publication.service();
  }

  /**
   * Ends the wait of this publisher that is under way, or else the next one at once. Any thread may
   * call it at any time.
   */
  public void wakeup() {
    space.wakeup();
  }

  /**
   * Tells whether this publisher was closed. Any thread may ask.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return ring.isClosed();
  }

  /**
   * Ends the publisher. Any thread may close; a wait that is under way ends with an exception, and
   * a claim that another thread has open can still be ended. Closing again does nothing.
   *
   * @throws IllegalStateException if the source of a payload closes the publisher that copies it
   */
  @Override
  public void close() {
    producer.close(); // Refused, it changes nothing.
    Closing.closeAll(publication, ring);
  }
}
