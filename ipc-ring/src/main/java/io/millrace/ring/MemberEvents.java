package io.millrace.ring;

/** Tells of every member that comes or goes: sleepers, counters, flight recordings. */
final class MemberEvents {
  private final RingWords words;
  private final Signals signals;

  MemberEvents(RingMemory memory, Signals signals) {
    words = memory.words;
    this.signals = signals;
  }

  /**
   * Call under the membership lock: so who has a slot and not that lock is in the books of all
   * sleepers.
   */
  void joined(String kind, int slot) {
    words.countJoin();
    signals.membersChanged();
    RingEvents.joined(kind, slot);
  }

  void left(String kind, int slot) {
    signals.membersChanged();
    RingEvents.left(kind, slot);
  }
}
