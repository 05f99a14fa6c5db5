package io.millrace.ring;

import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Membarrier;
import io.millrace.os.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a {@link Ring} and its handles hold of the system: the mapped memory, the descriptors, the
 * locks. It goes with the last of them.
 */
final class RingResources {
  /** The numbers of all descriptors that rings of this process have open and hand out. */
  private static final Set<Integer> OWNED = ConcurrentHashMap.newKeySet();

  final RingMemory memory;
  final Membership membership;
  final EventFd[] events;

  /**
   * To be handed out; null as long as nobody has asked for it, since most members never do. Never
   * the one that the locks are held by: who has that keeps them. Guarded by this object.
   */
  private Descriptor memfd;

  /** What goes along with the ring, or null. Guarded by this object. */
  private Descriptor attachment;

  private int holders = 1;

  private RingResources(EventFd[] events, RingMemory memory, Membership membership) {
    this.events = events;
    this.memory = memory;
    this.membership = membership;
    for (EventFd event : events) {
      OWNED.add(event.descriptor().number());
    }
  }

  static RingResources create(RingOptions options) {
    Platform.check();
    List<Descriptor> descriptors = new ArrayList<>();
    try {
      descriptors.add(RingMemory.create(options));
      for (int i = 0; i < options.maxWaiters(); i++) {
        descriptors.add(EventFd.create(event(options, i)).descriptor());
      }
    } catch (RuntimeException | Error failure) {
      close(descriptors, failure);
      throw failure;
    }
    return open(descriptors);
  }

  /** Leaves the descriptors to the caller. */
  static RingResources join(int... descriptors) {
    requireAny(descriptors);
    Platform.check();
    List<Descriptor> copies = new ArrayList<>();
    try {
      for (int i = 0; i < descriptors.length; i++) {
        String all =
            i == 0 ? "" : " of " + (descriptors.length - 1) + " (as many as its maxWaiters)";
        copies.add(Descriptor.duplicateOf(descriptors[i], describe(i) + all));
      }
    } catch (RuntimeException | Error failure) {
      close(copies, failure);
      throw failure;
    }
    return open(copies);
  }

  private static String event(RingOptions options, int number) {
    return String.format(
        "event %d of %d of ring %s (as many as its maxWaiters)",
        number + 1, options.maxWaiters(), options.name());
  }

  /** Owns the descriptors from now on, even if it fails. */
  static RingResources adopt(int... descriptors) {
    requireAny(descriptors);
    for (int number : descriptors) {
      if (OWNED.contains(number)) {
        throw new IllegalArgumentException(
            "descriptor " + number + " belongs to a ring of this process: use Ring.join");
      }
    }
    List<Descriptor> owned = new ArrayList<>();
    for (int i = 0; i < descriptors.length; i++) {
      owned.add(Descriptor.adopt(descriptors[i], describe(i)));
    }
    try {
      Platform.check();
    } catch (RuntimeException | Error failure) {
      close(owned, failure);
      throw failure;
    }
    return open(owned);
  }

  private static void requireAny(int... descriptors) {
    if (descriptors.length == 0) {
      throw new IllegalArgumentException("a ring has at least one descriptor");
    }
  }

  private static String describe(int index) {
    return index == 0 ? "ring memory" : "ring event " + index;
  }

  private static RingResources open(List<Descriptor> descriptors) {
    Descriptor memfd = descriptors.get(0);
    RingMemory memory = null;
    Membership membership = null;
    try {
      memory = RingMemory.map(memfd);
      EventFd[] events = EventFd.allOf(descriptors.subList(1, descriptors.size()));
      if (events.length != memory.waiters.length) {
        throw new DamagedRingException(
            "the ring has "
                + memory.waiters.length
                + " event descriptors, "
                + events.length
                + " were handed over");
      }
      // Before the first commit of this process, so that sleepers' barriers run through it.
      Membarrier.GLOBAL.isRegistered();
      membership = new Membership(memfd, memory.words.membershipHolder);
      memfd.close();
      return new RingResources(events, memory, membership);
    } catch (RuntimeException | Error failure) {
      if (membership != null) {
        membership.close();
      }
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
  synchronized int[] descriptors() {
    if (memfd == null) {
      memfd = membership.memory();
      OWNED.add(memfd.number());
    }
    int[] numbers = new int[1 + events.length];
    numbers[0] = memfd.number();
    for (int i = 0; i < events.length; i++) {
      numbers[1 + i] = events[i].descriptor().number();
    }
    return numbers;
  }

  /** Leaves the descriptor to the caller. */
  synchronized void attach(int number) {
    if (attachment != null) {
      throw new IllegalStateException("something is attached to this ring already");
    }
    attachment = Descriptor.duplicateOf(number, "what is attached to a ring");
  }

  /** The number of what is attached, or -1. */
  synchronized int attachment() {
    return attachment == null ? -1 : attachment.number();
  }

  /** One holder more, while there is one. */
  synchronized void retain() {
    holders++;
  }

  /** One holder less; with the last one all goes. */
  synchronized void release() {
    if (--holders == 0) {
      for (EventFd event : events) {
        OWNED.remove(event.descriptor().number());
      }
      List<AutoCloseable> all = new ArrayList<>();
      all.add(memory::close);
      all.add(membership::close);
      all.addAll(List.of(events));
      if (memfd != null) {
        OWNED.remove(memfd.number());
        all.add(memfd);
      }
      if (attachment != null) {
        all.add(attachment);
      }
      Closing.closeAll(all);
    }
  }
}
