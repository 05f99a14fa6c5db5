package io.millrace.ring;

import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What all processes of the storm write down, in shared memory that outlives each of them: which
 * records every producer has committed for certain, and which came to the two retained groups.
 *
 * <pre>
 *  64 bytes:  0 producers may go on    4 violations   8 records that came to the exclusive group
 *             16 to the shared group
 *  then a producer at a time:
 *    0 committed records   4 the last one that came to the exclusive group, plus 1
 *    64 ... a word per record for the shared group, used again every WINDOW records:
 *           round + 1 (16 bits) | came again (8 bits) | came (8 bits)
 * </pre>
 */
final class StormJournal implements AutoCloseable {
  /** More than the ring can hold: what is older has come, or is lost. */
  static final int WINDOW = 4096;

  private static final int HEADER = 64;
  private static final int PRODUCER = HEADER + WINDOW * Integer.BYTES;
  private static final int AGAIN = 1 << 8;
  private static final int ROUND = 1 << 16;

  private final Descriptor memfd;
  private final Mapping mapping;
  private final UnsafeBuffer memory;
  private final int producers;

  StormJournal(Descriptor memfd, int producers) {
    this.memfd = memfd;
    this.producers = producers;
    int size = size(producers);
    mapping = Mapping.of(memfd, 0, size, true);
    memory = new UnsafeBuffer(mapping.address(), size);
  }

  static StormJournal create(int producers) {
    return new StormJournal(Memfd.create("storm-journal", size(producers)), producers);
  }

  private static int size(int producers) {
    return BitUtil.align(HEADER + producers * PRODUCER, Mapping.PAGE_SIZE);
  }

  int descriptor() {
    return memfd.number();
  }

  boolean goesOn() {
    return memory.getIntVolatile(0) == 0;
  }

  void end() {
    memory.putIntVolatile(0, 1);
  }

  int violations() {
    return memory.getIntVolatile(4);
  }

  /** How many records came to the retained groups. */
  long came() {
    return memory.getLongVolatile(8) + memory.getLongVolatile(16);
  }

  void committed(int producer, int sequence) {
    memory.putIntRelease(at(producer), sequence + 1);
  }

  int committed(int producer) {
    return memory.getIntVolatile(at(producer));
  }

  private static int at(int producer) {
    return HEADER + producer * PRODUCER;
  }

  /** A record came to the exclusive group: the next one of its producer, or the last one again. */
  void cameAlone(int producer, int sequence, boolean again) {
    int next = memory.getIntVolatile(at(producer) + 4);
    if (sequence != next && !(again && sequence == next - 1)) {
      violation(
          "exclusive group: producer %d, record %d instead of %d, again: %b",
          producer, sequence, next, again);
    }
    memory.putIntVolatile(at(producer) + 4, sequence + 1);
    memory.getAndAddLong(8, 1);
  }

  /** A record came to the shared group: once, and more often only as a redelivery. */
  void cameTogether(int producer, int sequence, boolean again) {
    int word = at(producer) + HEADER + sequence % WINDOW * Integer.BYTES;
    int round = sequence / WINDOW + 1;
    int old;
    int entry;
    do {
      old = memory.getIntVolatile(word);
      int base = old / ROUND == round ? old : round * ROUND;
      entry = base + (again ? AGAIN : 1);
      if (old / ROUND < round - 1 || old / ROUND > round || (entry & AGAIN - 1) > 1) {
        violation(
            "shared group: producer %d, record %d, again: %b, noted before: %x",
            producer, sequence, again, old);
      }
    } while (!memory.compareAndSetInt(word, old, entry));
    memory.getAndAddLong(16, 1);
  }

  void violation(String format, Object... arguments) {
    System.out.println("violation: " + String.format(format, arguments));
    memory.getAndAddInt(4, 1);
  }

  /** Checks at the end that everything that was committed has come. */
  void checkAllCame() {
    for (int producer = 0; producer < producers; producer++) {
      int committed = committed(producer);
      int alone = memory.getIntVolatile(at(producer) + 4);
      // Killed between the commit and its note, a producer has committed one more.
      if (alone != committed && alone != committed + 1) {
        violation("exclusive group: producer %d committed %d, came %d", producer, committed, alone);
      }
      for (int i = Math.max(0, alone - WINDOW); i < alone; i++) {
        int entry = memory.getIntVolatile(at(producer) + HEADER + i % WINDOW * Integer.BYTES);
        if (entry / ROUND != i / WINDOW + 1) {
          violation("shared group: producer %d, record %d of %d lost", producer, i, alone);
        }
      }
    }
  }

  long committedRecords() {
    long sum = 0;
    for (int producer = 0; producer < producers; producer++) {
      sum += committed(producer);
    }
    return sum;
  }

  @Override
  public void close() {
    mapping.close();
    memfd.close();
  }
}
