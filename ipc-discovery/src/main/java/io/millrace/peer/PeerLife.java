package io.millrace.peer;

import io.millrace.os.LifeCycle;

/**
 * The life of what one thread uses to read and any thread may close, with the rules of the ring's
 * handles: a handler runs inside a call of the handle that delivers to it, and may not call that
 * handle again, or close it.
 */
public final class PeerLife {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private final LifeCycle life;
  private final String what;
  private final Class<?> user;
  private final Runnable closing;
  private boolean delivering;

  static {
    // What is loaded for it first needs more stack than may be left when it is asked.
    isDeliveredBy(PeerLife.class);
  }

  /**
   * Makes one that is open.
   *
   * @param what what lives, such as "subscriber"
   * @param user its class
   * @param closing wakes the thread that waits; called once, by any thread; all is still there
   * @param release releases everything; called once, by the last thread that was inside
   */
  public PeerLife(String what, Class<?> user, Runnable closing, Runnable release) {
    this.what = what;
    this.user = user;
    this.closing = closing;
    life = new LifeCycle("this " + what, release);
  }

  /**
   * The plain life.
   *
   * @return for calls that may be made inside handlers, too
   */
  public LifeCycle cycle() {
    return life;
  }

  /** Goes in to call handlers, which may not come back in here. */
  public void enterDelivery() {
    enterOutsideHandlers();
    delivering = true;
  }

  /** Ends what {@link #enterDelivery()} began. */
  public void exitDelivery() {
    delivering = false;
    life.exit();
  }

  /** Goes in for what a handler may not do. Ended by the exit of the plain life. */
  public void enterOutsideHandlers() {
    life.enter();
    if (delivering) {
      refuse("a handler cannot use the " + what + " that is just delivering to it");
    }
  }

  /** Unless the delivery is one that an exhausted stack kept from saying that it ended. */
  private void refuse(String why) {
    life.exit();
    if (isDeliveredBy(user)) {
      throw new IllegalStateException(why);
    }
    delivering = false;
    life.forgetCalls();
    life.enter();
  }

  /** Whether it is on the stack below those calls that are being made of it. */
  private static boolean isDeliveredBy(Class<?> user) {
    return WALKER.walk(
        frames ->
            frames
                .map(StackWalker.StackFrame::getDeclaringClass)
                .dropWhile(
                    type ->
                        type == PeerLife.class
                            || type.getNestHost() == PeerWait.class
                            || type == user)
                .anyMatch(user::equals));
  }

  /**
   * Tells whether the calling thread, the owner, is inside a delivery.
   *
   * @return true in a handler
   */
  public boolean isDelivering() {
    return delivering;
  }

  /**
   * Closes it, as any thread may.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  public void close() {
    if (delivering && life.isOwner() && !life.isClosed()) {
      if (isDeliveredBy(user)) {
        throw new IllegalStateException(
            "a handler cannot close what is just delivering to it: close it behind the poll");
      }
      delivering = false;
      life.forgetCalls();
    }
    if (life.close()) {
      try {
        closing.run();
      } finally {
        life.exitAsGuest();
      }
    }
  }
}
