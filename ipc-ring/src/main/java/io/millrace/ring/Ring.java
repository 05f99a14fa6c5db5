package io.millrace.ring;

import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Membarrier;
import io.millrace.os.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import net.openhft.chronicle.core.io.AbstractCloseable;
import net.openhft.chronicle.core.io.ClosedIllegalStateException;

/**
 * One totally ordered stream of records in shared memory.
 *
 * <pre>{@code
 * try (Ring ring = Ring.create(RingOptions.capacity(1 << 20));
 *     Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
 *     Producer producer = ring.addProducer()) {
 *   producer.offer(buffer, 0, length, TYPE);
 *   consumer.poll((type, data, offset, size) -> handle(data, offset, size), 10);
 * }
 * }</pre>
 *
 * <p>The process that creates a ring hands its {@link #descriptors()} to others, which {@link
 * #join(int...)}. All are equals then: the ring lives as long as any process has it open, and no
 * file is left behind.
 *
 * <p>Any thread may use a ring; the producers, consumers and observers that it makes belong to one
 * thread each. The memory stays mapped until the ring and all of them are closed.
 */
public final class Ring extends AbstractCloseable {
  private final RingMemory memory;
  private final Membership membership;
  private final Members members;
  private final Signals signals;
  private final Recovery recovery;
  private final Descriptor memfd;
  private final EventFd[] events;
  private int openHandles = 1;

  private Ring(Descriptor memfd, EventFd[] events, RingMemory memory) {
    singleThreadedCheckDisabled(true);
    this.memfd = memfd;
    this.events = events;
    this.memory = memory;
    // Before the first commit of this process, so that sleepers' barriers run through it.
    Membarrier.isRegistered();
    membership = new Membership(memfd);
    signals = new Signals(memory, events);
    members = new Members(memory, membership, signals);
    recovery = new Recovery(memory, membership);
  }

  /**
   * Creates a ring.
   *
   * @param options its size and shape
   * @return the ring, empty
   * @throws java.io.UncheckedIOException if the memory or the descriptors are not to be had
   * @throws UnsupportedOperationException if this JVM lacks a flag or this machine is another kind;
   *     the message says which
   */
  public static Ring create(RingOptions options) {
    Platform.check();
    List<Descriptor> descriptors = new ArrayList<>();
    try {
      descriptors.add(RingMemory.create(options));
      for (int i = 0; i < options.maxWaiters(); i++) {
        descriptors.add(EventFd.create().descriptor());
      }
    } catch (RuntimeException | Error failure) {
      descriptors.forEach(Descriptor::close);
      throw failure;
    }
    return open(descriptors);
  }

  /**
   * Joins a ring that this or another process created.
   *
   * @param descriptors numbers of descriptors of this process for what {@link #descriptors()} of a
   *     member lists, in that order. They are owned by the ring from now on, also if joining fails.
   * @return the ring
   * @throws RingCorruptedException if this is no ring, one of another version, damaged, or could be
   *     pulled away from under its users
   * @throws java.io.UncheckedIOException if a system call fails
   */
  public static Ring join(int... descriptors) {
    List<Descriptor> owned = new ArrayList<>();
    for (int i = 0; i < descriptors.length; i++) {
      owned.add(Descriptor.adopt(descriptors[i], i == 0 ? "ring memory" : "ring event " + i));
    }
    try {
      Platform.check();
      if (owned.isEmpty()) {
        throw new IllegalArgumentException("a ring has at least one descriptor");
      }
    } catch (RuntimeException | Error failure) {
      owned.forEach(Descriptor::close);
      throw failure;
    }
    return open(owned);
  }

  private static Ring open(List<Descriptor> descriptors) {
    RingMemory memory = null;
    try {
      memory = RingMemory.map(descriptors.get(0));
      EventFd[] events = EventFd.allOf(descriptors.subList(1, descriptors.size()));
      if (events.length != memory.waiters) {
        throw new RingCorruptedException(
            "the ring has "
                + memory.waiters
                + " event descriptors, "
                + events.length
                + " were handed over");
      }
      return new Ring(descriptors.get(0), events, memory);
    } catch (RuntimeException | Error failure) {
      if (memory != null) {
        memory.close();
      }
      descriptors.forEach(Descriptor::close);
      throw failure;
    }
  }

  /**
   * The descriptors that another process needs to join: the memory first, then the events.
   *
   * @return their numbers in this process; they stay owned by the ring
   */
  public int[] descriptors() {
    int[] numbers = new int[1 + events.length];
    numbers[0] = memfd.number();
    for (int i = 0; i < events.length; i++) {
      numbers[1 + i] = events[i].descriptor().number();
    }
    return numbers;
  }

  /**
   * Adds a producer.
   *
   * @return the producer, to be used by one thread
   * @throws NoFreeSlotException if all places are taken
   */
  public synchronized Producer addProducer() {
    requireOpen();
    int index = members.joinProducer();
    try {
      Producer producer = new Producer(this, new ProducerSlot(memory, this::isAlive, index));
      openHandles++;
      return producer;
    } catch (RuntimeException | Error failure) {
      members.leaveProducer(index);
      throw failure;
    }
  }

  /**
   * Adds a consumer to a group, which is created if it does not exist.
   *
   * @param group which group, and what it is like
   * @return the consumer, to be used by one thread
   * @throws GroupInUseException if the group has its only consumer already, or is of another kind
   * @throws NoFreeSlotException if all places for consumers or groups are taken
   */
  public synchronized Consumer addConsumer(GroupOptions group) {
    requireOpen();
    Consumer consumer = members.joinConsumer(this, group);
    openHandles++;
    return consumer;
  }

  /**
   * Adds an observer: it sees the records from now on and holds nobody back.
   *
   * @return the observer, to be used by one thread
   */
  public synchronized Observer addObserver() {
    requireOpen();
    openHandles++;
    return new Observer(this);
  }

  /**
   * Creates a retained group that has no consumer yet, so that nothing is lost that is offered
   * before the first one comes.
   *
   * @param group which group, and what it is like
   * @return false if it exists already
   * @throws IllegalArgumentException if it is not {@linkplain GroupOptions#retained() retained} and
   *     so could not exist without a consumer
   * @throws GroupInUseException if it exists and is of another kind
   * @throws NoFreeSlotException if all places for groups are taken
   */
  public boolean addGroup(GroupOptions group) {
    if (!group.isRetained()) {
      throw new IllegalArgumentException(
          "group " + group.name() + " must be retained to exist without a consumer");
    }
    return whileOpen(() -> members.addGroup(group));
  }

  Group group(String name) {
    return whileOpen(() -> members.find(name));
  }

  /** One handle more, of a kind that has no slot. */
  synchronized void retained() {
    throwExceptionIfClosed();
    openHandles++;
  }

  /**
   * Removes a retained group that has no consumers, so that it does not hold producers back.
   *
   * @param name its name
   * @return false if there is no such group
   * @throws GroupInUseException if it has consumers
   */
  public boolean removeGroup(String name) {
    return whileOpen(() -> members.removeGroup(name));
  }

  /**
   * What the ring and its members have counted. Reading disturbs nobody.
   *
   * @return the counters, to be read as often as wanted until the ring is closed
   */
  public RingCounters counters() {
    throwExceptionIfClosed();
    return new RingCounters(this);
  }

  /**
   * The bytes of records that the ring holds.
   *
   * @return the capacity
   */
  public int capacity() {
    return memory.capacity;
  }

  RingMemory memory() {
    return memory;
  }

  Membership membership() {
    return membership;
  }

  Signals signals() {
    return signals;
  }

  Recovery recovery() {
    return recovery;
  }

  EventFd[] events() {
    return events;
  }

  EventFd event(int waiter) {
    return events[waiter];
  }

  void evictDead() {
    members.evictDead();
  }

  /** Returns false if somebody else is just changing the membership. */
  boolean evictDeadNow() {
    return members.evictDeadNow();
  }

  void leaveProducer(int index) {
    try {
      members.leaveProducer(index);
    } finally {
      released();
    }
  }

  void leaveConsumer(Consumer consumer) {
    try {
      members.leaveConsumer(consumer);
    } finally {
      released();
    }
  }

  void abandonConsumer(Consumer consumer) {
    try {
      members.abandonConsumer(consumer);
    } finally {
      released();
    }
  }

  private boolean isAlive(int producer) {
    return membership.isAlive(RingLayout.producerLock(producer));
  }

  /** Uses the memory from any thread, while no other one can unmap it. */
  <T> T whileOpen(Supplier<T> use) {
    synchronized (this) {
      requireOpen();
      openHandles++;
    }
    try {
      return use.get();
    } finally {
      released();
    }
  }

  private void requireOpen() {
    if (isClosing()) {
      throw new ClosedIllegalStateException("the ring is closed");
    }
  }

  /** One handle less; with the last one all goes. */
  synchronized void released() {
    if (--openHandles == 0) {
      memory.close();
      membership.close();
      memfd.close();
      for (EventFd event : events) {
        event.close();
      }
    }
  }

  /** Closes this entry to the ring. What was added through it stays usable until it is closed. */
  @Override
  protected synchronized void performClose() {
    released();
  }
}
