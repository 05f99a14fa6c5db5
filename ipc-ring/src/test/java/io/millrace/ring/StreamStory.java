package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.StreamModel.Delivery;
import io.millrace.ring.StreamModel.Entry;
import io.millrace.ring.StreamModel.GroupModel;
import io.millrace.ring.StreamModel.ObserverModel;
import io.millrace.ring.StreamModel.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One random story: a real ring and the model, which get the same to do. */
final class StreamStory implements AutoCloseable {
  private static final int CAPACITY = 64 * 1024;
  private static final int MAX_LENGTH = CAPACITY / 2;
  private static final int MAX_LIMIT = 20;
  private static final GroupOptions[] GROUPS = {
    GroupOptions.named("one"),
    GroupOptions.named("one.kept").retained(),
    GroupOptions.named("many").shared(),
    GroupOptions.named("many.kept").shared().retained(),
  };

  /** A producer, and the claim that it has open. */
  private static final class Writer {
    final Producer producer;
    int index;
    Entry open;

    Writer(Producer producer) {
      this.producer = producer;
    }
  }

  private record Reader(Consumer consumer, GroupModel group, int number) {}

  private record Watcher(Observer observer, ObserverModel model) {}

  private final Random random;
  private final Ring ring;
  private final boolean single;
  private final StreamModel model = new StreamModel(CAPACITY);
  private final List<Writer> writers = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final UnsafeBuffer source = new UnsafeBuffer(new byte[MAX_LENGTH + 100]);
  private final int smallest;
  private int sequence;
  private int members;

  StreamStory(Random random) {
    this.random = random;
    single = random.nextInt(3) == 0;
    RingOptions options = RingOptions.capacity(CAPACITY).name("story");
    ring = Ring.create(single ? options.forSingleProducer() : options.maxProducers(4));
    smallest = random.nextInt(3) == 0 ? 0 : 8;
    writers.add(new Writer(ring.addProducer()));
  }

  void step() {
    Writer writer = writers.get(random.nextInt(writers.size()));
    int choice = random.nextInt(100);
    if (choice < 45) {
      write(writer);
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
    } else if (choice < 97 && !single && writers.size() < 4) {
      writers.add(new Writer(ring.addProducer()));
    } else if (choice < 98 && writers.size() > 1) {
      writers.remove(writer);
      writer.producer.close(); // Which aborts what is open.
      end(writer, State.PADDING);
    }
    check();
  }

  private void write(Writer writer) {
    if (writer.open != null) {
      endClaim(writer);
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> offer(writer);
      case 1 -> gather(writer);
      case 2 -> claim(writer);
      case 3 -> batch(writer);
      default -> {
        for (int i = random.nextInt(50); i >= 0; i--) {
          offer(writer);
        }
      }
    }
  }

  private int randomLength() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> MAX_LENGTH - random.nextInt(3);
      case 2 -> random.nextInt(MAX_LENGTH + 1);
      case 3 -> 48 + 64 * random.nextInt(4) + random.nextInt(3) - 1; // Around an edge of a line.
      default -> smallest + random.nextInt(300);
    };
  }

  private void offer(Writer writer) {
    int length = randomLength();
    int at = random.nextInt(100);
    Payload.fill(source, at, length, sequence);
    long expected = expectEnd(length);
    assertEquals(expected, writer.producer.offer(source, at, length, sequence));
    written(expected, length);
  }

  private void gather(Writer writer) {
    int length = randomLength();
    Payload.fill(source, 0, length, sequence);
    int first = random.nextInt(length + 1);
    long expected = expectEnd(length);
    assertEquals(
        expected, writer.producer.offer(source, 0, first, source, first, length - first, sequence));
    written(expected, length);
  }

  private long expectEnd(int length) {
    int size = RingLayout.recordLength(length);
    return model.hasRoom(size) ? model.tail() + size : Producer.BACK_PRESSURED;
  }

  private void written(long end, int length) {
    if (end >= 0) {
      model.append(RingLayout.recordLength(length), sequence++, length, State.VISIBLE);
    }
  }

  private void claim(Writer writer) {
    int length = randomLength();
    boolean room = model.hasRoom(RingLayout.recordLength(length));
    writer.index = writer.producer.tryClaim(length, sequence);
    assertEquals(room, writer.index >= 0);
    if (room) {
      Payload.fill(writer.producer.buffer(), writer.index, length, sequence);
      writer.open = model.append(RingLayout.recordLength(length), sequence++, length, State.OPEN);
      assertThrows(IllegalStateException.class, () -> writer.producer.tryClaim(1, 1));
    }
  }

  private void endClaim(Writer writer) {
    if (random.nextInt(3) == 0) {
      writer.producer.abort(writer.index);
      end(writer, State.PADDING);
    } else {
      writer.producer.commit(writer.index);
      end(writer, State.VISIBLE);
    }
  }

  private static void end(Writer writer, State state) {
    if (writer.open != null) {
      writer.open.state = state;
      writer.open = null;
    }
  }

  private void batch(Writer writer) {
    int count = 1 + random.nextInt(30);
    int longest = random.nextInt(1000);
    int room = count * RingLayout.recordLength(longest);
    boolean fits = model.hasRoom(room);
    Batch batch = writer.producer.tryBatch(count, longest);
    assertEquals(fits, batch != null);
    if (batch == null) {
      return;
    }
    assertThrows(IllegalStateException.class, () -> writer.producer.commit(0));
    for (int i = random.nextInt(count + 5); i > 0; i--) {
      int length = random.nextInt(longest + 10);
      int size = RingLayout.recordLength(length);
      Payload.fill(source, 0, length, sequence);
      assertEquals(size <= room, batch.add(source, 0, length, sequence));
      if (size <= room) {
        model.append(size, sequence++, length, State.VISIBLE);
        room -= size;
      }
    }
    batch.close();
    if (room > 0) {
      model.append(room, 0, 0, State.PADDING);
    }
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
    writers.forEach(writer -> writer.producer.close());
    readers.forEach(reader -> reader.consumer.close());
    watchers.forEach(watcher -> watcher.observer.close());
    ring.close();
  }
}
