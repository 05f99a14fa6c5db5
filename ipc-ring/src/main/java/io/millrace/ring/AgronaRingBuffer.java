package io.millrace.ring;

import io.millrace.os.Closing;
import io.millrace.os.LifeCycle;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * Presents a ring as Agrona's {@link RingBuffer}, for code that was written for {@code
 * ManyToOneRingBuffer}:
 *
 * <pre>{@code
 * RingBuffer buffer = AgronaRingBuffer.of(ring, "conductor");
 * }</pre>
 *
 * <p>Any number of threads of any number of processes may write, and one thread of one process may
 * read. The readers of other groups, and observers, do not disturb this.
 *
 * <p>It behaves as Agrona's does, even in that a message whose handler throws is gone. These are
 * the differences:
 *
 * <ul>
 *   <li>{@link #maxMsgLength()} is half the capacity, not an eighth.
 *   <li>Indexes are those of a memory that is mapped twice: {@link #buffer()} is twice as long as
 *       {@link #capacity()}, and has no trailer.
 *   <li>{@link #unblock()} is never needed, and takes nothing from a process that lives.
 *   <li>A message that a killed process was reading is read again by the next.
 *   <li>{@link #write} and {@link #tryClaim} also return "no room" while all producers that the
 *       ring has room for are in use at this instant; a claim that is not ended has one in use.
 *   <li>The reader is the first thread that reads, until it ends.
 *   <li>Any thread may close, and call all other methods meanwhile and after that: they work, or
 *       throw {@link io.millrace.ClosedException}. A claim of another thread that is open can still
 *       be ended.
 *   <li>Every method throws {@link DamagedRingException} when the memory holds what no member of
 *       the ring writes.
 * </ul>
 */
public final class AgronaRingBuffer implements RingBuffer, AutoCloseable {
  private final LifeCycle life = new LifeCycle("the ring buffer", this::release);
  private final RingCore core;
  private final RingMemory memory;
  private final Group group;
  private final ProducerPool producers;
  private final AgronaReader reader;

  private AgronaRingBuffer(Ring ring, GroupOptions options) {
    core = ring.core;
    memory = core.memory;
    ring.addGroup(options);
    group = core.whileOpen(() -> core.groups.find(options.name()));
    producers = new ProducerPool(ring, life);
    reader = new AgronaReader(ring, options, life);
    core.added(this, this::closeNow);
  }

  /**
   * Makes a ring look like Agrona's. The ring stays owned by the caller and open for other uses.
   *
   * @param ring the ring
   * @param groupName the name of the group that reads. It is exclusive and retained, and is created
   *     here if it does not exist: what is written from now on is kept until somebody reads it.
   * @return the adapter
   * @throws GroupInUseException if the group exists and is of another kind
   * @throws NoFreeSlotException if all places for groups are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  public static AgronaRingBuffer of(Ring ring, String groupName) {
    return new AgronaRingBuffer(ring, GroupOptions.named(groupName).retained());
  }

  @Override
  public int capacity() {
    return memory.capacity;
  }

  /**
   * Writes a message. Any thread may call this.
   *
   * @return false if there is no room now
   * @throws IllegalArgumentException if the type is below 1 or the length out of range
   * @throws NoFreeSlotException if this process has no producer yet, and others have all that the
   *     ring has room for
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public boolean write(int msgTypeId, DirectBuffer srcBuffer, int offset, int length) {
    life.requireOpen();
    checkType(msgTypeId);
    int number = producers.take();
    if (number == ProducerPool.NONE_IDLE) {
      return false;
    }
    try {
      return producers.producer(number).offer(msgTypeId, srcBuffer, offset, length) >= 0;
    } finally {
      producers.giveBack(number);
    }
  }

  /**
   * Claims room for a message, to write it in place. Any thread may call this, and any number of
   * claims may be open at once.
   *
   * @return where the message goes in {@link #buffer()}, or {@link #INSUFFICIENT_CAPACITY}
   * @throws IllegalArgumentException if the type is below 1 or the length out of range
   * @throws NoFreeSlotException if this process has no producer yet, and others have all that the
   *     ring has room for
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public int tryClaim(int msgTypeId, int length) {
    life.requireOpen();
    checkType(msgTypeId);
    int number = producers.take();
    if (number == ProducerPool.NONE_IDLE) {
      return INSUFFICIENT_CAPACITY;
    }
    int index = INSUFFICIENT_CAPACITY;
    try {
      index = producers.producer(number).tryClaim(msgTypeId, length);
    } finally {
      if (index < 0) {
        producers.giveBack(number);
      } else {
        producers.park(number, index);
      }
    }
    return index < 0 ? INSUFFICIENT_CAPACITY : index;
  }

  @Override
  public void commit(int index) {
    int number = producers.unpark(index);
    try {
      producers.producer(number).commit(index);
    } finally {
      producers.giveBack(number);
    }
  }

  @Override
  public void abort(int index) {
    int number = producers.unpark(index);
    try {
      producers.producer(number).abort(index);
    } finally {
      producers.giveBack(number);
    }
  }

  /**
   * Delivers messages that are there.
   *
   * @throws GroupInUseException if another process reads
   * @throws NoFreeSlotException if all places for consumers are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public int read(MessageHandler handler) {
    return read(handler, Integer.MAX_VALUE);
  }

  /**
   * Delivers messages that are there.
   *
   * @throws GroupInUseException if another process reads
   * @throws NoFreeSlotException if all places for consumers are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public int read(MessageHandler handler, int messageCountLimit) {
    life.requireOpen();
    return reader.read(handler, messageCountLimit);
  }

  /**
   * Delivers messages that are there, as long as the handler wants.
   *
   * @throws GroupInUseException if another process reads
   * @throws NoFreeSlotException if all places for consumers are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public int controlledRead(ControlledMessageHandler handler) {
    return controlledRead(handler, Integer.MAX_VALUE);
  }

  /**
   * Delivers messages that are there, as long as the handler wants.
   *
   * @throws GroupInUseException if another process reads
   * @throws NoFreeSlotException if all places for consumers are taken
   * @throws RingException if another process is stopped in the middle of a change of members and
   *     has not gone on within ten seconds; the message names it
   */
  @Override
  public int controlledRead(ControlledMessageHandler handler, int messageCountLimit) {
    life.requireOpen();
    return reader.controlledRead(handler, messageCountLimit);
  }

  @Override
  public int maxMsgLength() {
    return memory.maxMessageLength;
  }

  /** The next of the numbers that all users of the ring share; the first is 0. */
  @Override
  public long nextCorrelationId() {
    return whileOpen(memory.words::nextCorrelation);
  }

  /**
   * The memory that claims are written to: the data area twice, without header. Only claimed bytes
   * may be touched. After the ring is closed the buffer leads to memory without content.
   */
  @Override
  public AtomicBuffer buffer() {
    life.requireOpen();
    return memory.data;
  }

  /** Leaves a time for {@link #consumerHeartbeatTime()}. The ring itself has no use for it. */
  @Override
  public void consumerHeartbeatTime(long time) {
    whileOpen(
        () -> {
          group.slot.setHeartbeat(time);
          return time;
        });
  }

  /**
   * What the reader left last, 0 if nothing. {@link Ring#counters()} tells whether the reader
   * lives, from the kernel and without a delay.
   */
  @Override
  public long consumerHeartbeatTime() {
    return whileOpen(group.slot::heartbeat);
  }

  @Override
  public long producerPosition() {
    return whileOpen(memory.words::tail);
  }

  @Override
  public long consumerPosition() {
    return whileOpen(group::position);
  }

  /** The bytes that are written, or being written, and not read yet. */
  @Override
  public int size() {
    return (int) whileOpen(this::sizeNow);
  }

  private long sizeNow() {
    long tail;
    long head = group.position();
    long before;
    do {
      before = head;
      tail = memory.words.tail();
      head = group.position();
    } while (head != before);
    return Math.max(0, Math.min(tail - head, memory.capacity));
  }

  /**
   * Looks at once whether a killed producer left a claim in the reader's way, and settles it.
   * Reading does so by itself, about a millisecond later. Claims of processes that live are never
   * touched, however old. Only for the thread that reads; in a process that does not read it does
   * nothing.
   *
   * @return true if a claim was settled
   */
  @Override
  public boolean unblock() {
    life.requireOpen();
    return reader.unblock();
  }

  private static void checkType(int msgTypeId) {
    if (msgTypeId < 1) {
      throw new IllegalArgumentException("a message's type is 1 or more, not " + msgTypeId);
    }
  }

  private long whileOpen(LongSupplier use) {
    life.enterAsGuest();
    try {
      return use.getAsLong();
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * Closes the producers and the consumer; the group and the ring stay. Any thread may close, while
   * others write and read. Closing again does nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  @Override
  public void close() {
    reader.requireNotDelivering();
    closeNow();
  }

  private void closeNow() {
    if (life.close()) {
      Closing.closeAll(producers::close, reader::close, life::exitAsGuest);
    }
  }

  /** Nobody is adding any more: what came behind the close is closed here. */
  private void release() {
    Closing.closeAll(producers::close, reader::close, () -> core.left(this, null));
  }
}
