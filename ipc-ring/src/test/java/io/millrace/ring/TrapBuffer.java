package io.millrace.ring;

import org.agrona.concurrent.UnsafeBuffer;

/** A source of payloads that does something of its own in the middle of being copied. */
final class TrapBuffer extends UnsafeBuffer {
  private final Runnable trap;
  private final boolean whenChecked;

  TrapBuffer(int capacity, Runnable trap) {
    this(capacity, trap, false);
  }

  /** Also when its bounds are checked, which is before anything is claimed. */
  TrapBuffer(int capacity, Runnable trap, boolean whenChecked) {
    super(new byte[capacity]);
    this.trap = trap;
    this.whenChecked = whenChecked;
  }

  /** Every way to copy out of a buffer asks for this first. */
  @Override
  public byte[] byteArray() {
    if (trap != null) { // Not yet: the constructor of the buffer asks too.
      trap.run();
    }
    return super.byteArray();
  }

  @Override
  public void boundsCheck(int index, int length) {
    if (whenChecked) {
      trap.run();
    }
    super.boundsCheck(index, length);
  }
}
