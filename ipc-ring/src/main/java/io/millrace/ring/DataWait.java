package io.millrace.ring;

/** Waiting for a record. */
final class DataWait extends BlockingWait {
  private final Consumer consumer;

  DataWait(Consumer consumer) {
    super(consumer.ring, RingLayout.DATA_WAITERS_OFFSET);
    this.consumer = consumer;
  }

  @Override
  public boolean isReady() {
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
