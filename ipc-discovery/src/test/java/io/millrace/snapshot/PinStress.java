package io.millrace.snapshot;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One reader against a writer that publishes as often as it takes to use every buffer again: the
 * production code of the pins, over plain memory. Values are two plain words.
 *
 * <p>The result is: which version the first read found, whether it was torn, and how the second
 * read went (1 torn, 2 older than the first).
 */
@JCStressTest
@Outcome(
    id = "[1-6], 0, 0",
    expect = Expect.ACCEPTABLE,
    desc = "Some version, whole, and none older after it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A torn value, a wrong one, or a step back.")
@State
public class PinStress {
  private static final int READERS = 1;
  private static final int BUFFERS = READERS + 2;
  private static final int WRITES = 5;
  private static final int VALUES = 1024;
  private static final int LENGTH = 2048;

  /** The memories of many states, used again from the start when all were used. */
  private static final UnsafeBuffer SLAB =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(1 << 26, LENGTH));

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final UnsafeBuffer memory = new UnsafeBuffer(SLAB, next(), LENGTH);
  private final BufferChooser chooser = new BufferChooser(memory.addressOffset(), READERS, BUFFERS);
  private final Pin pin = new Pin(memory.addressOffset(), 0);

  /** The file as its first writer leaves it, with a reader that has joined. */
  public PinStress() {
    memory.setMemory(0, LENGTH, (byte) 0);
    memory.putInt(SnapshotLayout.SLOT_LIMIT_OFFSET, READERS);
    fill(0, 1);
    memory.putLong(SnapshotLayout.CURRENT_OFFSET, SnapshotLayout.word(1, 0));
  }

  private static int next() {
    return (NEXT.getAndIncrement() * LENGTH) & (SLAB.capacity() - 1);
  }

  /** Writes as fast as it can; it must never find all buffers held. */
  @Actor
  public void writer() {
    long current = SnapshotLayout.word(1, 0);
    for (int version = 2; version < 2 + WRITES; version++) {
      int buffer = chooser.choose(current, 0);
      if (buffer == BufferChooser.NO_BUFFER) {
        throw new IllegalStateException("no buffer is free");
      }
      fill(buffer, version);
      current = SnapshotLayout.word(version, buffer);
      SnapshotWords.publish(memory.addressOffset(), current);
    }
  }

  /** Reads twice. */
  @Actor
  public void reader(III_Result result) {
    long first = take();
    result.r1 = (int) SnapshotLayout.version(first);
    result.r2 = isTorn(first) ? 1 : 0;
    long second = take();
    boolean older = second < first && SnapshotLayout.version(second) < result.r1;
    result.r3 = (isTorn(second) ? 1 : 0) + (older ? 2 : 0);
  }

  private long take() {
    return pin.take(SnapshotWords.current(memory.addressOffset()));
  }

  private void fill(int buffer, int version) {
    memory.putLong(VALUES + buffer * 128, version);
    memory.putLong(VALUES + buffer * 128 + 64, version);
  }

  private boolean isTorn(long word) {
    int at = VALUES + SnapshotLayout.buffer(word) * 128;
    long version = SnapshotLayout.version(word);
    return memory.getLong(at) != version || memory.getLong(at + 64) != version;
  }
}
