package io.millrace.ring;

/** Waiting for a record. */
final class DataWait extends BlockingWait {
  private final Consumer consumer;

  DataWait(Consumer consumer) {
    super(consumer, consumer.ring, RingLayout.DATA_WAITERS_OFFSET);
    this.consumer = consumer;
  }

  @Override
  boolean look() {
    if (isThere()) {
      return true;
    }
    // Whoever spins on this sees nothing else of the dead.
    consumer.idle.idle();
    return isThere();
  }

  private boolean isThere() {
    return consumer.memory.isCommitted(consumer.nextPosition()) || consumer.idle.hasOrphans();
  }

  /** A claim whose owner may die, or give up another claim that looks like it. */
  @Override
  boolean isUncertain() {
    return consumer.memory.tail() > consumer.nextPosition();
  }

  @Override
  void clearUp() {
    consumer.idle.clearUp();
  }
}
