package io.millrace.barrier;

import io.millrace.SystemCallException;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Errno;
import io.millrace.os.EventFd;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import io.millrace.os.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The shared memory and the event descriptor of one barrier, as one party holds them.
 *
 * <p>The memory is open twice: once to be handed on, and once more through an open file description
 * that is this party's alone, so that the lock on it says that this party lives.
 */
final class BarrierRegion extends Resource {
  private final Descriptor memory;
  private final Descriptor own;
  private final EventFd event;
  private final Mapping mapping;
  private final UnsafeBuffer words;
  private final int parties;

  /**
   * Opens what another party handed over; the given descriptors stay the caller's.
   *
   * @param access makes the view of the mapping that all shared words are used through
   */
  BarrierRegion(int memoryNumber, int eventNumber, Function<Mapping, UnsafeBuffer> access) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      event = openEvent(eventNumber);
      opened.add(event);
      memory = Descriptor.duplicateOf(memoryNumber, "memory of a barrier");
      opened.add(memory);
      if (!memory.status().isRegularFile() || !Memfd.isSealed(memory)) {
        throw new DamagedBarrierException("descriptor " + memoryNumber + " is no sealed memfd");
      }
      long size = memory.status().size();
      if (size < BarrierLayout.size(1) || size > BarrierLayout.size(BarrierLayout.MAX_PARTIES)) {
        throw new DamagedBarrierException("its memory has " + size + " bytes");
      }
      own = memory.reopen();
      opened.add(own);
      mapping = Mapping.of(own, 0, size, true);
      opened.add(mapping);
      words = access.apply(mapping);
      parties = checkedParties(words, size);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, opened.toArray(AutoCloseable[]::new));
      throw failure;
    }
  }

  /** Opens what another party handed over: a memory and an event descriptor. */
  static BarrierRegion open(int... descriptors) {
    if (descriptors.length != 2) {
      throw new IllegalArgumentException(
          "a barrier has 2 descriptors, memory and event, not " + descriptors.length);
    }
    return new BarrierRegion(descriptors[0], descriptors[1], BarrierRegion::words);
  }

  /** The magic number last: see {@code barrier-made.wm}. */
  static BarrierRegion create(int parties) {
    long size = BarrierLayout.size(requireParties(parties));
    try (Descriptor memory = Memfd.create("millrace-barrier", size);
        EventFd event = EventFd.create()) {
      try (Mapping mapping = Mapping.of(memory, 0, size, true)) {
        UnsafeBuffer words = words(mapping);
        words.putInt(BarrierLayout.VERSION_OFFSET, BarrierLayout.VERSION);
        words.putInt(BarrierLayout.PARTIES_OFFSET, parties);
        words.putLongVolatile(BarrierLayout.MAGIC_OFFSET, BarrierLayout.MAGIC);
      }
      return open(memory.number(), event.descriptor().number());
    }
  }

  static int requireParties(int parties) {
    if (parties < 1 || parties > BarrierLayout.MAX_PARTIES) {
      throw new IllegalArgumentException(
          "a barrier has 1 to " + BarrierLayout.MAX_PARTIES + " parties, not " + parties);
    }
    return parties;
  }

  private static UnsafeBuffer words(Mapping mapping) {
    return new UnsafeBuffer(mapping.address(), (int) mapping.length());
  }

  /** The magic number first: see {@code barrier-made.wm}. */
  private static int checkedParties(UnsafeBuffer words, long size) {
    if (words.getLongVolatile(BarrierLayout.MAGIC_OFFSET) != BarrierLayout.MAGIC) {
      throw new DamagedBarrierException("its memory does not start like that of a barrier");
    }
    int version = words.getInt(BarrierLayout.VERSION_OFFSET);
    if (version != BarrierLayout.VERSION) {
      throw new DamagedBarrierException(
          "its layout has version " + version + ", this program knows " + BarrierLayout.VERSION);
    }
    int parties = words.getInt(BarrierLayout.PARTIES_OFFSET);
    if (parties < 1 || parties > BarrierLayout.MAX_PARTIES || size != BarrierLayout.size(parties)) {
      throw new DamagedBarrierException(parties + " parties in " + size + " bytes");
    }
    return parties;
  }

  private static EventFd openEvent(int number) {
    try {
      return EventFd.of(Descriptor.duplicateOf(number, "descriptor " + number));
    } catch (IllegalArgumentException none) {
      throw new DamagedBarrierException(none.getMessage());
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EBADF) {
        throw new DamagedBarrierException("descriptor " + number + " is not open");
      }
      throw failure;
    }
  }

  /** The number of parties, checked when the region was opened. */
  int parties() {
    return parties;
  }

  /** The words of {@link BarrierLayout}. */
  UnsafeBuffer words() {
    return words;
  }

  /** The memory to hand on. No lock is ever taken through it. */
  Descriptor memory() {
    return memory;
  }

  /** The memory to take and probe locks through. Never handed on. */
  Descriptor own() {
    return own;
  }

  /** What wakes the sleepers. Never drained: everyone watches it edge-triggered. */
  EventFd event() {
    return event;
  }

  @Override
  protected void performClose() {
    Closing.closeAll(mapping, own, event, memory);
  }
}
