package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;

/**
 * The owner of a slot, for messages and for those who watch its process. Nobody relies on it:
 * whether the owner lives is told by the slot's lock, which also orders these plain loads and
 * stores.
 */
final class SlotOwner extends SharedWords {
  SlotOwner(SharedWords slot, int offset) {
    super(slot, offset, IDENTITY_LENGTH);
  }

  /** Its process, in that process's pid namespace; 0 = nobody. */
  int pid() {
    return getInt(PID_OFFSET);
  }

  /** The inode of its pid namespace. */
  long pidNamespace() {
    return getLong(PID_NAMESPACE_OFFSET);
  }

  void set(int pid, long pidNamespace) {
    putInt(PID_OFFSET, pid);
    putLong(PID_NAMESPACE_OFFSET, pidNamespace);
  }

  void clear() {
    putInt(PID_OFFSET, 0);
  }
}
