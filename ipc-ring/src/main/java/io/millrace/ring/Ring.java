package io.millrace.ring;

import java.util.Objects;

/**
 * One totally ordered stream of records in shared memory.
 *
 * <pre>{@code
 * try (Ring ring = Ring.create(RingOptions.capacity(1 << 20));
 *     Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
 *     Producer producer = ring.addProducer()) {
 *   producer.offer(TYPE, buffer, 0, length);
 *   consumer.poll((type, data, offset, size) -> handle(data, offset, size), 10);
 * }
 * }</pre>
 *
 * <p>The process that creates a ring hands its {@link #descriptors()} to others, which {@link
 * #join(int...)}. All are equals then: the ring lives as long as any process has it open, and no
 * file is left behind.
 *
 * <p>Any thread may use a ring, and close it; the producers, consumers and observers that it makes
 * belong to one thread each. Closing it closes them: waits end with an exception, and a thread that
 * is inside a call leaves at the end of that call. Every method throws {@link
 * io.millrace.ClosedException} after that.
 */
public final class Ring implements AutoCloseable {
  /** What its handles use of it. */
  final RingCore core;

  private Ring(RingResources resources) {
    core = new RingCore(resources);
  }

  /**
   * Creates a ring.
   *
   * @param options its size and shape
   * @return the ring, empty
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws UnsupportedOperationException if this JVM lacks a flag or this machine is another kind;
   *     the message says which
   */
  public static Ring create(RingOptions options) {
    return new Ring(RingResources.create(options));
  }

  /**
   * Joins a ring that this or another process created.
   *
   * @param descriptors numbers of descriptors of this process for what {@link #descriptors()} of a
   *     member lists, in that order. They stay the caller's, who may close them at once: the ring
   *     has duplicates.
   * @return the ring
   * @throws IllegalArgumentException if none is given, or one after the first is not an event
   *     descriptor
   * @throws DamagedRingException if this is no ring, one of another version, damaged, or could be
   *     pulled away from under its users
   * @throws io.millrace.SystemCallException if a system call fails
   */
  public static Ring join(int... descriptors) {
    return new Ring(RingResources.join(descriptors));
  }

  /**
   * Joins a ring like {@link #join(int...)}, and takes the descriptors over, which saves a system
   * call for each: for those who have just received them from another process.
   *
   * @param descriptors the numbers, in the same order. They are owned by the ring from now on, also
   *     if joining fails.
   * @return the ring
   * @throws IllegalArgumentException if none is given, or one after the first is not an event
   *     descriptor; or if one is owned by a ring of this process and would be closed twice: then
   *     none is taken over
   * @throws DamagedRingException if this is no ring, one of another version, damaged, or could be
   *     pulled away from under its users
   * @throws io.millrace.SystemCallException if a system call fails
   */
  public static Ring adopt(int... descriptors) {
    return new Ring(RingResources.adopt(descriptors));
  }

  /**
   * The descriptors that another process needs to join: the memory first, then the events. The
   * first call opens that of the memory.
   *
   * @return their numbers in this process; they stay owned by the ring, and are closed with it
   * @throws io.millrace.SystemCallException if this process has no descriptors left (EMFILE: raise
   *     {@code ulimit -n})
   */
  public int[] descriptors() {
    return core.whileOpen(core::descriptors);
  }

  /**
   * Attaches a descriptor, which goes along with this ring to those who find it by name: memory
   * that says what its records mean. The ring itself does not look at it, and {@link
   * #descriptors()} does not include it.
   *
   * @param descriptor an open descriptor, which stays the caller's: the ring has a duplicate
   * @throws IllegalStateException if there is one already
   * @throws io.millrace.SystemCallException if it is not open, or no other one can be obtained
   */
  public void attach(int descriptor) {
    core.whileOpen(
        () -> {
          core.attach(descriptor);
          return null;
        });
  }

  /**
   * The descriptor that goes along with this ring.
   *
   * @return its number in this process, which stays owned by the ring and is closed with it; -1 if
   *     there is none
   */
  public int attachment() {
    return core.whileOpen(core::attachment);
  }

  /**
   * Adds a producer.
   *
   * @return the producer, to be used by one thread
   * @throws NoFreeSlotException if all places are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     does not go on for ten seconds; the message names it. An interrupt does not end that wait,
   *     and is kept
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public Producer addProducer() {
    return core.whileOpen(
        () -> {
          int index = core.producers.join();
          try {
            return core.added(new Producer(core, index));
          } catch (RuntimeException | Error failure) {
            core.producers.leave(index);
            throw failure;
          }
        });
  }

  /**
   * Adds a consumer to a group, which is created if it does not exist.
   *
   * <p>In a group whose consumers were all killed it goes on where they were, and gets what they
   * had in hand again, marked as redelivery. Where all places are taken, it takes one of those:
   * first of its own group, with the record in it, then of a dead group that is not {@linkplain
   * GroupOptions#retained() retained}.
   *
   * @param group which group, and what it is like
   * @return the consumer, to be used by one thread
   * @throws GroupInUseException if the group has its only consumer already, or is of another kind
   * @throws NoFreeSlotException if all places for consumers or groups are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     does not go on for ten seconds; the message names it. An interrupt does not end that wait,
   *     and is kept
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public Consumer addConsumer(GroupOptions group) {
    ConsumerMembers.Maker<Consumer> maker =
        group.isShared()
            ? (joined, index, record, afterDeath) -> new SharedConsumer(core, joined, index, record)
            : (joined, index, record, afterDeath) ->
                new ExclusiveConsumer(core, joined, index, group.isAcknowledged(), afterDeath);
    return core.whileOpen(() -> core.added(core.consumers.join(group, maker)));
  }

  /**
   * Adds an observer: it sees the records from now on and holds nobody back.
   *
   * @return the observer, to be used by one thread
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public Observer addObserver() {
    return core.whileOpen(() -> core.added(new Observer(core)));
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
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     does not go on for ten seconds; the message names it. An interrupt does not end that wait,
   *     and is kept
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public boolean addGroup(GroupOptions group) {
    if (!group.isRetained()) {
      throw new IllegalArgumentException(
          "group " + group.name() + " must be retained to exist without a consumer");
    }
    return core.whileOpen(() -> core.groups.add(group));
  }

  /**
   * Removes a retained group that has no consumers, so that it does not hold producers back.
   *
   * @param name its name
   * @return false if there is no such group
   * @throws GroupInUseException if it has consumers
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     does not go on for ten seconds; the message names it. An interrupt does not end that wait,
   *     and is kept
   * @throws NullPointerException if the name is null
   */
  public boolean removeGroup(String name) {
    Objects.requireNonNull(name, "name");
    return core.whileOpen(() -> core.groups.remove(name));
  }

  /**
   * What the ring and its members have counted. Reading disturbs nobody.
   *
   * @return the counters, to be read as often as wanted until the ring is closed
   */
  public RingCounters counters() {
    core.life.requireOpen();
    return new RingCounters(core);
  }

  /**
   * The bytes of records that the ring holds.
   *
   * @return the capacity
   */
  public int capacity() {
    return core.memory.capacity;
  }

  /**
   * The id of this ring: a random number that tells it from every other ring, and that all who have
   * the ring see. The id and its position tell a record from every other one.
   *
   * @return the number, the same from the creation of the ring to its end
   */
  public long id() {
    return core.memory.key;
  }

  /**
   * Tells whether this ring was closed. Any thread may ask.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return core.life.isClosed();
  }

  /**
   * Closes the ring and all that was added to it through this object; what other processes have
   * stays. Any thread may close, even inside a handler: the delivery that is under way is then the
   * last one. It does not wait for other threads: where one is inside a call, or has a claim open,
   * it leaves the ring when that ends. Closing again does nothing.
   */
  @Override
  public void close() {
    core.close();
  }
}
