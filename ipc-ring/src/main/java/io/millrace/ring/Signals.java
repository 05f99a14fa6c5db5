package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import io.millrace.os.EventFd;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Wakes those who sleep.
 *
 * <p>Who makes something ready looks at one word behind it, without a fence between the two: it may
 * look before others see what it stored. That is the sleeper's business, see {@link Waiter}. The
 * protocol is checked by {@code wakeup.pml}.
 */
final class Signals {
  private final RingMemory memory;
  private final EventFd[] events;

  Signals(RingMemory memory, EventFd[] events) {
    this.memory = memory;
    this.events = events;
  }

  /** Call after a record was committed. Returns how many sleepers were woken. */
  int recordCommitted() {
    publish();
    long sleepers = memory.rawHeader.getLongVolatile(DATA_WAITERS_OFFSET);
    return sleepers == 0 ? 0 : wake(sleepers);
  }

  /** Call after a cursor was moved. Returns how many sleepers were woken. */
  int spaceFreed() {
    publish();
    long sleepers = memory.rawHeader.getLongVolatile(SPACE_WAITERS_OFFSET);
    return sleepers == 0 ? 0 : wake(sleepers);
  }

  /** No instruction on x86: it keeps the compiler from looking at the sleepers early. */
  private static void publish() {
    VarHandle.acquireFence();
  }

  /** Tells everyone that there is another member, or one less, so that all watch the right ones. */
  void membersChanged() {
    memory.header.getAndAddLong(MEMBERS_OFFSET, 1);
    Steps.reached(MEMBERS_COUNTED);
    wake(memory.header.getLongVolatile(DATA_WAITERS_OFFSET));
    wake(memory.header.getLongVolatile(SPACE_WAITERS_OFFSET));
  }

  private int wake(long sleepers) {
    UnsafeBuffer header = memory.header;
    int woken = 0;
    for (long rest = sleepers; rest != 0; rest &= rest - 1) {
      int waiter = Long.numberOfTrailingZeros(rest);
      if (waiter >= events.length) {
        return woken; // Not a bit that a waiter can have set.
      }
      int slot = memory.waiterSlot(waiter);
      long phase = header.getLongVolatile(slot + WAITER_PHASE);
      if ((phase & PHASE_MASK) == WAITING) {
        // The signal first: killed in between, the next waker signals once more.
        events[waiter].signal();
        Steps.reached(SIGNALLED);
        header.compareAndSetLong(slot + WAITER_PHASE, phase, phase - WAITING + NOTIFIED);
        Steps.reached(SLEEPER_NOTIFIED);
        woken++;
      }
    }
    return woken;
  }
}
