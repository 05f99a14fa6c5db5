package io.millrace.perf.peer;

/** What tells a receiver that there is a message in a {@link Line}, and what it waits for. */
interface Bell extends AutoCloseable {
  /** None: the receiver looks again and again. */
  Bell NONE =
      new Bell() {
        @Override
        public void ring() {}

        @Override
        public void await() {}

        @Override
        public void close() {}
      };

  /** Tells the receiver, behind the message. */
  void ring();

  /** Sleeps until it has been told, if it does sleep. */
  void await();

  @Override
  void close();
}
