package io.millrace.ring;

import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * What producers, consumers and observers have in common: one thread uses a handle, and closes it.
 * Another thread may do so once that one has ended.
 */
abstract class RingHandle extends AbstractCloseable {
  RingHandle() {}

  /** Unmapping under a thread that still writes would be fatal, so this is checked before. */
  @Override
  protected void assertCloseable() {
    if (!isClosing()) {
      threadSafetyCheck(false);
    }
  }
}
