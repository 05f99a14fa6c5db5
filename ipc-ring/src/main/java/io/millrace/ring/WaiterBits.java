package io.millrace.ring;

import io.millrace.os.SharedWords;
import java.lang.invoke.VarHandle;

/** The waiters that sleep until a record comes, or until room comes: bit i is waiter slot i. */
final class WaiterBits extends SharedWords {
  WaiterBits(SharedWords header, int offset) {
    super(header, offset, Long.BYTES);
  }

  /**
   * All bits. A process that sees one sees that its waiter waits: pairs with {@link #set}, behind
   * {@link WaiterSlot#setPhase}. {@code wakeup.pml}.
   *
   * <p>Litmus claims: {@code ring-waking-members.wm}, {@code ring-waking-phase.wm}.
   */
  long get() {
    return getLongVolatile(0);
  }

  /**
   * All bits, for a member that has just committed a record or moved a cursor.
   *
   * <p>There is no fence between that store and this load, so a sleeper that has just set its bit
   * may be missed; its second look does not miss what was stored: see {@link Waiter}. The fence
   * here is no instruction on x86, and keeps the compiler from looking at the bits early. {@code
   * wakeup.pml}, {@code SleepStress}.
   *
   * <p>Litmus claims: {@code ring-waking-first-look.wm}, {@code ring-commit-then-intent.wm}.
   */
  long behindCommit() {
    VarHandle.acquireFence();
    return getLongVolatile(0);
  }

  /**
   * Sets a bit. Compare-and-set, a full fence: a process that changed the members and then missed
   * the bit is seen by the look that follows. Pairs with {@link #get} in {@link
   * Signals#membersChanged}.
   *
   * <p>Litmus claims: {@code ring-waking-members.wm}, {@code ring-waking-phase.wm}.
   */
  void set(int waiter) {
    long bits;
    do {
      bits = getLongVolatile(0);
    } while (!compareAndSetLong(0, bits, bits | 1L << waiter));
  }

  /**
   * Clears a bit. A waker that still sees it looks at the phase, which decides.
   *
   * @return true if it was set
   */
  boolean clear(int waiter) {
    long bit = 1L << waiter;
    long bits;
    do {
      bits = getLongVolatile(0);
    } while ((bits & bit) != 0 && !compareAndSetLong(0, bits, bits & ~bit));
    return (bits & bit) != 0;
  }
}
