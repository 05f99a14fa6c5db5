package io.millrace.barrier;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Runs something when the thread that sleeps in a system call is interrupted. The JDK offers this
 * to channels only, so this is one, of no content, good for one interrupt.
 */
final class InterruptHook extends AbstractInterruptibleChannel {
  private final Runnable wake;

  InterruptHook(Runnable wake) {
    this.wake = wake;
  }

  /** From now on an interrupt of the calling thread, also one that has come, runs the hook. */
  void arm() {
    begin();
  }

  /**
   * Ends what {@link #arm} began.
   *
   * @return false if an interrupt came; this hook is used up then
   */
  boolean disarm() {
    try {
      end(true);
      return isOpen();
    } catch (AsynchronousCloseException interrupted) {
      return false;
    }
  }

  @Override
  protected void implCloseChannel() {
    wake.run();
  }
}
