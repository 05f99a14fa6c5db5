package io.millrace.examples.beyondonehost;

/** Counts numbers that should come one by one, from 0. */
final class Tally {
  private long next;
  private long received;
  private long doubled;

  void on(long number) {
    if (number < next) {
      doubled++;
    } else {
      received++;
      next = number + 1;
    }
  }

  /** How many came, each counted once. */
  long received() {
    return received;
  }

  /** Up to where nothing more is to be expected. */
  long next() {
    return next;
  }

  String verdict(long sent) {
    long lost = sent - received;
    return (lost == 0 && doubled == 0 ? "ok" : "failed")
        + (" sent=" + sent + " received=" + received + " lost=" + lost + " doubled=" + doubled);
  }
}
