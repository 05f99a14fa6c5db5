package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.ring.StreamModel.Entry;
import io.millrace.ring.StreamModel.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** The producers of a story, and what the model is told of them. */
final class StreamWriters implements AutoCloseable {
  private static final int MOST = 4;

  /** A producer, and the claim that it has open. */
  private static final class Writer {
    final Producer producer;
    int index;
    Entry open;

    Writer(Producer producer) {
      this.producer = producer;
    }
  }

  private final Random random;
  private final Ring ring;
  private final StreamModel model;
  private final List<Writer> writers = new ArrayList<>();
  private final int maxLength;
  private final UnsafeBuffer source;
  private final int smallest;
  private int sequence;

  StreamWriters(Random random, Ring ring, StreamModel model) {
    this.random = random;
    this.ring = ring;
    this.model = model;
    maxLength = ring.capacity() / 2;
    source = new UnsafeBuffer(new byte[maxLength + 100]);
    smallest = random.nextInt(3) == 0 ? 0 : 8;
    writers.add(new Writer(ring.addProducer()));
  }

  private Writer any() {
    return writers.get(random.nextInt(writers.size()));
  }

  void join() {
    if (!ring.core.memory.singleProducer && writers.size() < MOST) {
      writers.add(new Writer(ring.addProducer()));
    }
  }

  void leave() {
    if (writers.size() > 1) {
      Writer writer = any();
      writers.remove(writer);
      writer.producer.close(); // Which aborts what is open.
      end(writer, State.PADDING);
    }
  }

  void write() {
    Writer writer = any();
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
      case 1 -> maxLength - random.nextInt(3);
      case 2 -> random.nextInt(maxLength + 1);
      case 3 -> 48 + 64 * random.nextInt(4) + random.nextInt(3) - 1; // Around an edge of a line.
      default -> smallest + random.nextInt(300);
    };
  }

  private void offer(Writer writer) {
    int length = randomLength();
    int at = random.nextInt(100);
    Payload.fill(source, at, length, sequence);
    long expected = expectEnd(length);
    assertEquals(expected, writer.producer.offer(sequence, source, at, length));
    written(expected, length);
  }

  private void gather(Writer writer) {
    int length = randomLength();
    Payload.fill(source, 0, length, sequence);
    int first = random.nextInt(length + 1);
    long expected = expectEnd(length);
    assertEquals(
        expected, writer.producer.offer(sequence, source, 0, first, source, first, length - first));
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
    writer.index = writer.producer.tryClaim(sequence, length);
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
      assertEquals(size <= room, batch.add(sequence, source, 0, length));
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

  @Override
  public void close() {
    writers.forEach(writer -> writer.producer.close());
  }
}
