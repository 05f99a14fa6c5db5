package io.millrace.ring;

import org.agrona.concurrent.UnsafeBuffer;

/** Tells of every member that comes or goes: sleepers, counters, flight recordings. */
final class MemberNews {
  private final UnsafeBuffer header;
  private final Signals signals;

  MemberNews(RingMemory memory, Signals signals) {
    header = memory.header;
    this.signals = signals;
  }

  /**
   * Call under the membership lock: so who has a slot and not that lock is in the books of all
   * sleepers.
   */
  void joined(String kind, int slot) {
    header.getAndAddLong(RingLayout.JOINS_OFFSET, 1);
    signals.membersChanged();
    RingEvents.joined(kind, slot);
  }

  void left(String kind, int slot) {
    signals.membersChanged();
    RingEvents.left(kind, slot);
  }
}
