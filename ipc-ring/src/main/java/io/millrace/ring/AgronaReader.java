package io.millrace.ring;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The reading half of an {@link AgronaRingBuffer}. Its consumer joins when something is read for
 * the first time; who only writes takes no place. A message whose handler throws is done all the
 * same.
 */
final class AgronaReader {
  private final Ring ring;
  private final GroupOptions group;
  private final UnsafeBuffer data;
  private final Handlers handlers = new Handlers();
  private volatile Consumer consumer;

  AgronaReader(Ring ring, GroupOptions group) {
    this.ring = ring;
    this.group = group;
    data = ring.memory().data;
  }

  int read(MessageHandler handler, int limit) {
    Consumer reading = consumer();
    handlers.plain = handler;
    return handlers.poll(reading, limit);
  }

  int controlledRead(ControlledMessageHandler handler, int limit) {
    Consumer reading = consumer();
    handlers.controlled = handler;
    return handlers.poll(reading, limit);
  }

  private Consumer consumer() {
    if (consumer == null) {
      synchronized (this) {
        if (consumer == null) {
          consumer = ring.addConsumer(group);
        }
      }
    }
    consumer.throwExceptionIfClosed(); // Before another thread gets at the reader's handlers.
    return consumer;
  }

  /** Returns true if a killed producer's claim was in the way and is padding now. */
  boolean unblock() {
    Consumer reading = consumer;
    if (reading == null) {
      return false;
    }
    reading.throwExceptionIfClosed();
    RingMemory memory = reading.memory;
    long position = reading.nextPosition();
    if (memory.isCommitted(position)) {
      return false;
    }
    reading.idle.clearUp();
    return memory.isCommitted(position)
        && data.getInt(((int) position & memory.mask) + RingLayout.RECORD_TYPE)
            == RingLayout.PADDING;
  }

  void assertCloseable() {
    if (consumer != null) {
      consumer.assertCloseable();
    }
  }

  void close() {
    if (consumer != null) {
      consumer.close();
    }
  }

  /** Hands records to Agrona's handlers. */
  private final class Handlers implements ControlledRecordHandler {
    private MessageHandler plain;
    private ControlledMessageHandler controlled;
    private Throwable thrown;

    int poll(Consumer reading, int limit) {
      try {
        int count = reading.controlledPoll(this, limit);
        if (thrown != null) {
          throwAgain(thrown);
        }
        return count;
      } finally {
        plain = null;
        controlled = null;
        thrown = null;
      }
    }

    @Override
    public Action onRecord(
        int type, DirectBuffer buffer, int offset, int length, boolean redelivered) {
      try {
        if (plain != null) {
          plain.onMessage(type, data, offset, length);
          return Action.CONTINUE;
        }
        return action(controlled.onMessage(type, data, offset, length));
      } catch (Throwable failure) {
        thrown = failure;
        return Action.BREAK;
      }
    }

    private Action action(ControlledMessageHandler.Action action) {
      return switch (action) {
        case ABORT -> Action.ABORT;
        case BREAK -> Action.BREAK;
        case COMMIT -> Action.COMMIT;
        case CONTINUE -> Action.CONTINUE;
      };
    }

    @SuppressWarnings("unchecked")
    private <X extends Throwable> void throwAgain(Throwable failure) throws X {
      throw (X) failure;
    }
  }
}
