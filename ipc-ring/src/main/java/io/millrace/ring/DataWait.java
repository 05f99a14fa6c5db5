package io.millrace.ring;

/** Waiting for a record. */
final class DataWait extends BlockingWait {
  private final Consumer consumer;

  DataWait(Consumer consumer) {
    super(consumer, consumer.core, consumer.memory.words.dataWaiters);
    this.consumer = consumer;
  }

  @Override
  boolean look() {
    if (isThere()) {
      return true;
    }
    // A thread that spins on this sees nothing else of the dead.
    consumer.idle.idle();
    return isThere();
  }

  private boolean isThere() {
    return consumer.headers.isCommitted(consumer.nextPosition()) || consumer.idle.hasOrphans();
  }

  /** A claim whose owner may die, or give up another claim that looks like it. */
  @Override
  boolean isUncertain() {
    return consumer.memory.words.tail() > consumer.nextPosition();
  }

  @Override
  void clearUp() {
    consumer.idle.clearUp();
  }

  @Override
  int queue() {
    return consumer.queue();
  }

  @Override
  boolean hasRivals() {
    return queue() != RingLayout.NO_QUEUE && consumer.hasRivals();
  }

  /** Ready, the consumer takes one record, and then looks whether there is another one. */
  @Override
  void passOn(boolean isReady) {
    if (queue() == RingLayout.NO_QUEUE) {
      return;
    }
    if (isReady) {
      consumer.owePassingOn();
    } else if (isThere()) {
      consumer.core.signals.moreRecords(queue());
    }
  }
}
