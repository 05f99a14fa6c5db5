package io.millrace.topic;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.peer.Retry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;

/** The ring of one publisher, as one subscriber has it. Used by the subscriber's thread. */
final class Source extends ReadRing {
  final Origin origin;

  /** What of the stream came before this subscriber, which should have had it. */
  private boolean startIsOwed;

  /** Where an observer started. */
  private long start;

  private long toldLost;

  // The end of the publisher.
  boolean gone;
  Ending how;
  long endedMillis;

  /** The subscriber was told of the end, or need not be. */
  boolean told;

  /** A process publishes the ring. */
  boolean listed = true;

  /** If that is this one. */
  Publication publication;

  /** It is this subscriber's to read, and another one's consumer is still there. */
  boolean wanted;

  /** The tries to take it, where something keeps it from being read. */
  final Retry taking = new Retry(System.nanoTime());

  /** When to look next what has become of it, by nanoTime. */
  long due;

  Source(Origin origin, Service service, Ring ring, GroupOptions group, boolean startIsOwed) {
    super(service, ring, group);
    this.origin = origin;
    this.startIsOwed = startIsOwed;
  }

  void consume() {
    startIsOwed &= !hasGroup();
    joinGroup();
  }

  void observe() {
    // It starts here or behind it, which is not to be asked of it before its thread uses it.
    start = counters.position();
    beginToObserve();
  }

  /** Its publisher has ended. */
  void ends(Ending ending, long millis) {
    gone = true;
    how = ending;
    endedMillis = millis;
    due = System.nanoTime();
  }

  /** The first records that the publisher did not keep for this consumer. */
  long takeMissed() {
    boolean isMissed = startIsOwed && isConsumed();
    startIsOwed &= isObserved();
    return isMissed ? position() : 0;
  }

  /** Tells what has not been told yet of what an observer was too slow for, or too late. */
  long takeLost() {
    long now = lostBytes() + (startIsOwed ? start : 0);
    long lost = now - toldLost;
    toldLost = now;
    return lost;
  }

  /** Asked when nothing will be written any more. */
  boolean isDelivered() {
    return !isRead() || isReadToTheEnd();
  }

  /** A required group, whichever process reads it, has not got everything. */
  boolean isNeeded() {
    return counters.retainedPosition() < counters.position();
  }

  @Override
  public void close() {
    Closing.closeAll(publication, super::close);
  }
}
