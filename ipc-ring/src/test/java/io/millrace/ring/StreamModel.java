package io.millrace.ring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a ring is meant to do, in plain collections: no memory, no bytes, no threads. The real one
 * is compared with it step by step by {@link StreamModelTest}.
 */
final class StreamModel {
  /** A part of the stream: a record, one that is being written, or padding. */
  static final class Entry {
    final long position;
    final int size;
    final int type;
    final int payload;
    State state;

    Entry(long position, int size, int type, int payload, State state) {
      this.position = position;
      this.size = size;
      this.type = type;
      this.payload = payload;
      this.state = state;
    }
  }

  enum State {
    OPEN,
    VISIBLE,
    PADDING
  }

  /** A record as a handler sees it. */
  record Delivery(int type, int payload, boolean redelivered) {}

  /** What a handler says to the record with this number of its own. */
  interface Script {
    ControlledRecordHandler.Action action(int index);
  }

  /** A group with its members, which are told apart by number. */
  static final class GroupModel {
    final GroupOptions options;
    final Map<Integer, Entry> kept = new HashMap<>();
    final List<Integer> members = new ArrayList<>();
    long cursor;
    long again = -1;

    GroupModel(GroupOptions options, long cursor) {
      this.options = options;
      this.cursor = cursor;
    }
  }

  final Map<String, GroupModel> groups = new TreeMap<>();
  private final int capacity;
  private final Map<Long, Entry> entries = new HashMap<>();
  private long tail;

  StreamModel(int capacity) {
    this.capacity = capacity;
  }

  long tail() {
    return tail;
  }

  /**
   * Where the stream may go: the slowest group, or the oldest record in hand, plus the capacity.
   */
  boolean hasRoom(int size) {
    long oldest = oldestCursor();
    for (GroupModel group : groups.values()) {
      for (Entry entry : group.kept.values()) {
        oldest = Math.min(oldest, entry.position);
      }
    }
    for (Entry entry : entries.values()) {
      if (entry.state == State.OPEN) {
        oldest = Math.min(oldest, entry.position);
      }
    }
    return tail + size <= oldest + capacity;
  }

  long oldestCursor() {
    return groups.values().stream().mapToLong(group -> group.cursor).min().orElse(tail);
  }

  Entry append(int size, int type, int payload, State state) {
    Entry entry = new Entry(tail, size, type, payload, state);
    entries.put(tail, entry);
    entries.remove(tail - 4L * capacity);
    tail += size;
    return entry;
  }

  GroupModel join(GroupOptions options, int member) {
    GroupModel group = groups.get(options.name());
    if (group == null) {
      group = new GroupModel(options, options.isStartingAtOldest() ? oldestCursor() : tail);
      groups.put(options.name(), group);
    }
    group.members.add(member);
    return group;
  }

  void leave(GroupModel group, int member) {
    group.members.remove(Integer.valueOf(member));
    if (group.members.isEmpty() && !group.options.isRetained()) {
      groups.remove(group.options.name());
    }
  }

  /** What a poll delivers, given what the handler answers. */
  List<Delivery> poll(GroupModel group, int member, int limit, Script script) {
    List<Delivery> delivered = new ArrayList<>();
    int done = 0;
    while (done < limit) {
      Entry kept = group.kept.get(member);
      Entry entry = kept != null ? kept : entries.get(group.cursor);
      if (entry == null || entry.state == State.OPEN) {
        break;
      }
      if (entry.state == State.PADDING) {
        group.cursor += entry.size;
        continue;
      }
      boolean redelivered = kept != null || group.again == entry.position;
      ControlledRecordHandler.Action action = script.action(delivered.size());
      delivered.add(new Delivery(entry.type, entry.payload, redelivered));
      boolean aborted = action == ControlledRecordHandler.Action.ABORT;
      group.again = aborted && !group.options.isShared() ? entry.position : -1;
      if (group.options.isShared()) {
        if (kept == null) {
          group.cursor += entry.size;
        }
        if (aborted) {
          group.kept.put(member, entry);
        } else {
          group.kept.remove(member);
        }
      } else if (!aborted) {
        group.cursor += entry.size;
      }
      if (aborted) {
        break;
      }
      done++;
      if (action == ControlledRecordHandler.Action.BREAK) {
        break;
      }
    }
    return delivered;
  }

  /** An observer's place, and what it has missed. */
  static final class ObserverModel {
    long position;
    long lost;

    ObserverModel(long position) {
      this.position = position;
    }
  }

  List<Delivery> observe(ObserverModel observer, int limit) {
    List<Delivery> delivered = new ArrayList<>();
    while (delivered.size() < limit) {
      if (tail - observer.position > capacity) {
        observer.lost += tail - observer.position;
        observer.position = tail;
      }
      Entry entry = entries.get(observer.position);
      if (entry == null || entry.state == State.OPEN) {
        break;
      }
      if (entry.state == State.VISIBLE) {
        delivered.add(new Delivery(entry.type, entry.payload, false));
      }
      observer.position += entry.size;
    }
    return delivered;
  }
}
