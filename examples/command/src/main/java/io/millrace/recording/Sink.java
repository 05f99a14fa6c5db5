package io.millrace.recording;

import io.millrace.ring.Waitable;
import org.agrona.DirectBuffer;

/** What feeds hand records to, and tell what becomes of their rings. */
interface Sink {
  /** Returns what is kept of a source, known from now on. */
  Journal.Entry opened(RecordedSource source);

  /**
   * Records.
   *
   * @throws io.millrace.polled.HeldException if there is no room: the record has to come again
   */
  void take(Journal.Entry from, long position, int type, DirectBuffer buffer, int at, int length);

  /** Notes that so much was missed. */
  void lost(Journal.Entry from, long bytes);

  void ended(Journal.Entry source);

  void refused(String name, RuntimeException why);

  /** Something to sleep on, until it is taken back. */
  void waitFor(Waitable waitable);

  void waitNoMore(Waitable waitable);
}
