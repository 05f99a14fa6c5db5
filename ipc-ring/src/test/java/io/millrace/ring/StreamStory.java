package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.StreamModel.Delivery;
import io.millrace.ring.StreamModel.GroupModel;
import io.millrace.ring.StreamModel.ObserverModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;

/** One random story: a real ring and the model, which get the same to do. */
final class StreamStory implements AutoCloseable {
  private static final int CAPACITY = 64 * 1024;
  private static final int MAX_LIMIT = 20;
  private static final GroupOptions[] GROUPS = {
    GroupOptions.named("one"),
    GroupOptions.named("one.kept").retained(),
    GroupOptions.named("many").shared(),
    GroupOptions.named("many.kept").shared().retained(),
  };

  private record Reader(Consumer consumer, GroupModel group, int number) {}

  private record Watcher(Observer observer, ObserverModel model) {}

  private final Random random;
  private final Ring ring;
  private final StreamModel model = new StreamModel(CAPACITY);
  private final StreamWriters writers;
  private final List<Reader> readers = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private int members;

  StreamStory(Random random) {
    this.random = random;
    RingOptions options = RingOptions.capacity(CAPACITY).name("story");
    boolean single = random.nextInt(3) == 0;
    ring = Ring.create(single ? options.forSingleProducer() : options.maxProducers(4));
    writers = new StreamWriters(random, ring, model);
  }

  void step() {
    int choice = random.nextInt(100);
    if (choice < 45) {
      writers.write();
    } else if (choice < 75) {
      read();
    } else if (choice < 82) {
      join();
    } else if (choice < 86) {
      leave();
    } else if (choice < 88) {
      removeGroup();
    } else if (choice < 95) {
      observe();
    } else if (choice < 97) {
      writers.join();
    } else if (choice < 98) {
      writers.leave();
    }
    check();
  }

  private void read() {
    if (readers.isEmpty()) {
      join();
      return;
    }
    Reader reader = readers.get(random.nextInt(readers.size()));
    poll(reader, 1 + random.nextInt(MAX_LIMIT), random.nextInt(3));
  }

  private void poll(Reader reader, int limit, int kind) {
    ControlledRecordHandler.Action[] actions = new ControlledRecordHandler.Action[MAX_LIMIT];
    for (int i = 0; i < MAX_LIMIT; i++) {
      boolean special = kind > 0 && random.nextInt(6) == 0;
      actions[i] =
          special
              ? ControlledRecordHandler.Action.values()[random.nextInt(4)]
              : ControlledRecordHandler.Action.CONTINUE;
      if (special && kind == 1) {
        actions[i] = ControlledRecordHandler.Action.ABORT; // A plain handler: it throws.
      }
    }
    List<Delivery> expected =
        model.poll(reader.group, reader.number, limit, index -> actions[index]);
    List<Delivery> seen = new ArrayList<>();
    if (kind == 2) {
      reader.consumer.controlledPoll(
          (type, buffer, offset, length, redelivered) -> {
            Payload.check(buffer, offset, length, type);
            seen.add(new Delivery(type, length, redelivered));
            return actions[seen.size() - 1];
          },
          limit);
    } else {
      try {
        reader.consumer.poll(new Recorder(seen, actions), limit);
      } catch (Thrown expectedOne) {
        assertEquals(expected.size(), seen.size());
      }
    }
    assertEquals(expected, seen);
  }

  private static final class Thrown extends IllegalStateException {
    private static final long serialVersionUID = 1L;
  }

  private record Recorder(List<Delivery> seen, ControlledRecordHandler.Action[] actions)
      implements RecordHandler {
    @Override
    public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
      record(type, buffer, offset, length, false);
    }

    @Override
    public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
      record(type, buffer, offset, length, true);
    }

    private void record(int type, DirectBuffer buffer, int offset, int length, boolean again) {
      Payload.check(buffer, offset, length, type);
      seen.add(new Delivery(type, length, again));
      if (actions[seen.size() - 1] == ControlledRecordHandler.Action.ABORT) {
        throw new Thrown();
      }
    }
  }

  private void join() {
    GroupOptions options = GROUPS[random.nextInt(GROUPS.length)];
    if (random.nextBoolean()) {
      options = options.startingAtOldest();
    }
    GroupOptions joined = options;
    GroupModel existing = model.groups.get(options.name());
    if (existing != null && !options.isShared() && !existing.members.isEmpty()) {
      assertThrows(GroupInUseException.class, () -> ring.addConsumer(joined));
      return;
    }
    if (existing == null && options.isRetained() && random.nextBoolean()) {
      assertTrue(ring.addGroup(options));
      model.leave(model.join(options, members), members);
      return;
    }
    if (readers.size() < 12) {
      readers.add(new Reader(ring.addConsumer(options), model.join(options, members), members++));
    }
  }

  private void leave() {
    if (!readers.isEmpty()) {
      Reader reader = readers.remove(random.nextInt(readers.size()));
      if (reader.group.kept.containsKey(reader.number)) {
        poll(reader, 1, 0); // What becomes of a record in hand has tests of its own.
      }
      reader.consumer.close();
      model.leave(reader.group, reader.number);
    }
  }

  private void removeGroup() {
    String name = GROUPS[random.nextInt(GROUPS.length)].name();
    GroupModel group = model.groups.get(name);
    if (group == null) {
      assertFalse(ring.removeGroup(name));
    } else if (group.members.isEmpty()) {
      assertTrue(ring.removeGroup(name));
      model.groups.remove(name);
    } else {
      assertThrows(GroupInUseException.class, () -> ring.removeGroup(name));
    }
  }

  private void observe() {
    if (watchers.size() < 2) {
      watchers.add(new Watcher(ring.addObserver(), new ObserverModel(model.tail())));
    }
    Watcher watcher = watchers.get(random.nextInt(watchers.size()));
    int limit = 1 + random.nextInt(100);
    List<Delivery> expected = model.observe(watcher.model, limit);
    List<Delivery> seen = new ArrayList<>();
    RecordHandler handler =
        (type, buffer, offset, length) -> {
          Payload.check(buffer, offset, length, type);
          seen.add(new Delivery(type, length, false));
        };
    watcher.observer.poll(handler, limit);
    // That it was overrun is not looked for with every poll that finds nothing.
    for (int i = 0; i < 200 && watcher.observer.lostBytes() != watcher.model.lost; i++) {
      watcher.observer.poll(handler, limit);
    }
    assertEquals(expected, seen);
    assertEquals(watcher.model.position, watcher.observer.position());
    assertEquals(watcher.model.lost, watcher.observer.lostBytes());
  }

  private void check() {
    assertEquals(model.tail(), ring.counters().position());
    List<RingCounters.GroupCounters> groups = ring.counters().groups();
    assertEquals(model.groups.size(), groups.size());
    for (RingCounters.GroupCounters group : groups) {
      assertEquals(model.groups.get(group.name()).cursor, group.position(), group.name());
    }
  }

  @Override
  public void close() {
    writers.close();
    readers.forEach(reader -> reader.consumer.close());
    watchers.forEach(watcher -> watcher.observer.close());
    ring.close();
  }
}
