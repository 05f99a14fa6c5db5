package io.millrace.ring;

import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Membarrier;
import io.millrace.os.Platform;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Ring} and its handles hold of the system: the mapped memory, the descriptors, the
 * locks. It goes with the last of them.
 */
final class RingResources {
  final RingMemory memory;
  final Membership membership;
  final EventFd[] events;
  private final Descriptor memfd;
  private int holders = 1;

  private RingResources(
      Descriptor memfd, EventFd[] events, RingMemory memory, Membership membership) {
    this.memfd = memfd;
    this.events = events;
    this.memory = memory;
    this.membership = membership;
  }

  static RingResources create(RingOptions options) {
    Platform.check();
    List<Descriptor> descriptors = new ArrayList<>();
    try {
      descriptors.add(RingMemory.create(options));
      for (int i = 0; i < options.maxWaiters(); i++) {
        descriptors.add(EventFd.create().descriptor());
      }
    } catch (RuntimeException | Error failure) {
      close(descriptors, failure);
      throw failure;
    }
    return open(descriptors);
  }

  /** Owns the descriptors from now on, also if it fails. */
  static RingResources adopt(int... descriptors) {
    List<Descriptor> owned = new ArrayList<>();
    for (int i = 0; i < descriptors.length; i++) {
      owned.add(Descriptor.adopt(descriptors[i], i == 0 ? "ring memory" : "ring event " + i));
    }
    try {
      Platform.check();
      if (owned.isEmpty()) {
        throw new IllegalArgumentException("a ring has at least one descriptor");
      }
    } catch (RuntimeException | Error failure) {
      close(owned, failure);
      throw failure;
    }
    return open(owned);
  }

  private static RingResources open(List<Descriptor> descriptors) {
    Descriptor memfd = descriptors.get(0);
    RingMemory memory = null;
    try {
      memory = RingMemory.map(memfd);
      EventFd[] events = EventFd.allOf(descriptors.subList(1, descriptors.size()));
      if (events.length != memory.waiters) {
        throw new RingCorruptedException(
            "the ring has "
                + memory.waiters
                + " event descriptors, "
                + events.length
                + " were handed over");
      }
      // Before the first commit of this process, so that sleepers' barriers run through it.
      Membarrier.GLOBAL.isRegistered();
      return new RingResources(memfd, events, memory, new Membership(memfd));
    } catch (RuntimeException | Error failure) {
      if (memory != null) {
        memory.close();
      }
      close(descriptors, failure);
      throw failure;
    }
  }

  /** One that is not open, as another process may have claimed, must not keep others open. */
  private static void close(List<Descriptor> descriptors, Throwable failure) {
    for (Descriptor descriptor : descriptors) {
      try {
        descriptor.close();
      } catch (RuntimeException closing) {
        failure.addSuppressed(closing);
      }
    }
  }

  /** The memory first, then the events. */
  int[] descriptors() {
    int[] numbers = new int[1 + events.length];
    numbers[0] = memfd.number();
    for (int i = 0; i < events.length; i++) {
      numbers[1 + i] = events[i].descriptor().number();
    }
    return numbers;
  }

  /** One holder more, while there is one. */
  synchronized void retain() {
    holders++;
  }

  /** One holder less; with the last one all goes. */
  synchronized void release() {
    if (--holders == 0) {
      memory.close();
      membership.close();
      memfd.close();
      for (EventFd event : events) {
        event.close();
      }
    }
  }
}
