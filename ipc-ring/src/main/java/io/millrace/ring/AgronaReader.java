package io.millrace.ring;

import io.millrace.os.LifeCycle;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The reading half of an {@link AgronaRingBuffer}. Its consumer joins when something is read for
 * the first time; a user that only writes takes no place. A message whose handler throws still
 * counts as done.
 */
final class AgronaReader {
  private final Ring ring;
  private final LifeCycle life;
  private final GroupOptions group;
  private final UnsafeBuffer data;
  private final Handlers handlers = new Handlers();
  private volatile Consumer consumer;

  /** For a user with this life: a consumer joins only as long as it is not closed. */
  AgronaReader(Ring ring, GroupOptions group, LifeCycle life) {
    this.ring = ring;
    this.life = life;
    this.group = group;
    data = ring.core.memory.data;
  }

  int read(MessageHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    return handlers.poll(consumer(), handler, null, limit);
  }

  int controlledRead(ControlledMessageHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    return handlers.poll(consumer(), null, handler, limit);
  }

  private Consumer consumer() {
    if (consumer == null) {
      life.enterAsGuest();
      try {
        join();
      } finally {
        life.exitAsGuest();
      }
    }
    consumer.life.requireOwner(); // Before another thread gets at the reader's handlers.
    return consumer;
  }

  private synchronized void join() {
    if (consumer == null) {
      consumer = ring.addConsumer(group);
    }
  }

  /** Returns true if a killed producer's claim was in the way and is padding now. */
  boolean unblock() {
    Consumer reading = consumer;
    if (reading == null) {
      return false;
    }
    reading.enterOutsideHandlers();
    try {
      return unblock(reading);
    } finally {
      reading.life.exit();
    }
  }

  private boolean unblock(Consumer reading) {
    RecordHeader headers = reading.headers;
    long position = reading.nextPosition();
    if (headers.isCommitted(position)) {
      return false;
    }
    reading.idle.clearUp();
    return headers.isCommitted(position) && headers.type(position) == RingLayout.PADDING;
  }

  void requireNotDelivering() {
    if (consumer != null) {
      consumer.requireNotDelivering();
    }
  }

  void close() {
    if (consumer != null) {
      consumer.closeNow();
    }
  }

  /** Hands records to Agrona's handlers. */
  private final class Handlers implements ControlledRecordHandler {
    private MessageHandler plain;
    private ControlledMessageHandler controlled;
    private Throwable thrown;

    int poll(
        Consumer reading,
        MessageHandler newPlain,
        ControlledMessageHandler newControlled,
        int limit) {
      // Kept: a handler that reads is refused by the consumer, and the delivery goes on.
      MessageHandler oldPlain = plain;
      ControlledMessageHandler oldControlled = controlled;
      plain = newPlain;
      controlled = newControlled;
      try {
        int count = reading.controlledPoll(this, limit);
        if (thrown != null) {
          throwAgain(thrown);
        }
        return count;
      } finally {
        plain = oldPlain;
        controlled = oldControlled;
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
