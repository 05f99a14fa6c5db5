package io.millrace.os;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Runs something when the thread that sleeps in a system call is interrupted. The JDK offers this
 * to channels only, so this is one, of no content, good for one interrupt.
 *
 * <p>One thread arms and disarms. What is run runs on the thread that interrupts, and perhaps only
 * after {@link #disarm()} has returned: it must do no harm then.
 */
public final class InterruptHook extends AbstractInterruptibleChannel {
  private final Runnable wake;

  /**
   * Makes a hook that is not armed.
   *
   * @param wake what ends the system call
   */
  public InterruptHook(Runnable wake) {
    this.wake = wake;
  }

  /** From now on an interrupt of the calling thread, also one that has come, runs the hook. */
  public void arm() {
    begin();
  }

  /**
   * Ends what {@link #arm} began.
   *
   * @return false if an interrupt came; this hook is used up then
   */
  public boolean disarm() {
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
