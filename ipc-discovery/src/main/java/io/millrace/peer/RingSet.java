package io.millrace.peer;

import java.util.Arrays;

/**
 * The rings that are awake: they were not asked to wake their reader, or have woken it, or may be
 * slept with for a short time only. To add, to remove and to go through costs by ring in it.
 */
final class RingSet {
  private PolledRing[] members = new PolledRing[8];
  private int size;

  int size() {
    return size;
  }

  PolledRing get(int i) {
    return members[i];
  }

  void add(PolledRing ring) {
    if (ring.armed.place < 0) {
      if (size == members.length) {
        members = Arrays.copyOf(members, 2 * size);
      }
      ring.armed.place = size;
      members[size++] = ring;
    }
  }

  /** The last one takes its place: a loop from the end meets each of them. */
  void remove(PolledRing ring) {
    int place = ring.armed.place;
    if (place >= 0) {
      PolledRing last = members[--size];
      members[place] = last;
      last.armed.place = place;
      members[size] = null;
      ring.armed.place = -1;
    }
  }
}
