package io.millrace.ring;

/** Waiting for something that an observer can read, or was overrun by. */
final class ObserverWait extends BlockingWait {
  private final Observer observer;
  private final RingWords words;

  ObserverWait(Observer observer, RingCore core) {
    super(observer, core, core.memory.words.dataWaiters);
    this.observer = observer;
    words = core.memory.words;
  }

  @Override
  boolean look() {
    return observer.isThere() || observer.goesOnBehindHole() && observer.isThere();
  }

  /** A claim whose owner may die. */
  @Override
  boolean isUncertain() {
    return words.tail() > observer.nextPosition();
  }

  /** A hole that is old enough is passed when somebody looks. */
  @Override
  void clearUp() {
    observer.passHole();
  }
}
