package io.millrace.os;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * The life of something that threads use and any thread may close: nobody gets in once it is
 * closed, and the last one out releases it, so that nothing is ever released under its users.
 *
 * <p>There are two ways in. The <em>owner</em> is the one thread that uses a handle; another one
 * may become it only when that thread has ended or, {@linkplain #inTurns in turns}, when it is not
 * inside. It goes in and out without an atomic instruction: it counts itself in and then looks
 * whether it is still admitted. A thread that closes, or wants the turn, ends that first and then
 * looks at the count, and pays for the fence of both sides with a membarrier of its own process.
 * <em>Guests</em> are any number of other threads, who count themselves in and out atomically.
 *
 * <p>The owner may be inside several times, as a handler that calls back is. Nobody waits: to close
 * is to shut the door, and what is left is done by the last to leave.
 *
 * <p>On the hottest ways a handle has a field anyway that says what its owner is doing. That can be
 * its mark in place of the count:
 *
 * <pre>{@code
 * life.requireOwner();
 * mark = true;
 * life.requireOpenBehindMark(); // If it throws: mark = false, exitBehindMark()
 * ...
 * VarHandle.releaseFence();
 * mark = false;
 * life.exitBehindMark();
 * }</pre>
 */
public final class LifeCycle {
  private static final boolean FENCE = !Membarrier.PROCESS.isRegistered();
  private static final VarHandle DEPTH = handle(Owner.class, "depth", int.class);
  private static final VarHandle GUESTS = handle(LifeCycle.class, "guests", int.class);
  private static final VarHandle ADMITTED = handle(LifeCycle.class, "admitted", Owner.class);

  /** Admitted where nobody is: no thread finds itself in it. */
  private static final Owner NOBODY = new Owner();

  /**
   * A thread that uses the thing. Each turn has an object of its own, so that a thread that counts
   * itself in as its turn is taken away spoils no other one's count.
   */
  private static final class Owner {
    /** Written under the monitor, or by a thread that has the thing to itself otherwise. */
    private Thread thread;

    /** How often the thread is inside. Written by it alone. */
    private int depth;
  }

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  static {
    // What is loaded for it first needs more stack than may be left when it is asked, and a class
    // whose initialization an exhausted stack has ended is lost to the process.
    isOnTheStack(LifeCycle.class);
  }

  private final String what;
  private final boolean inTurns;
  private final BooleanSupplier mark;
  private final Runnable release;
  private final Trace trace = new Trace();

  /** Written under the monitor. */
  private Owner owner = new Owner();

  /** The owner as long as it may go in without asking, else {@link #NOBODY}. */
  private volatile Owner admitted = owner;

  @SuppressWarnings("unused") // Through GUESTS only.
  private volatile int guests;

  private volatile boolean closed;
  private boolean released;

  /**
   * Makes one that is open.
   *
   * @param what what lives, for messages, such as "the ring"
   * @param release releases it; runs once, in the thread that is the last one out
   */
  public LifeCycle(String what, Runnable release) {
    this(what, release, () -> false);
  }

  /**
   * Makes one that is open, whose owner marks by itself that it is inside.
   *
   * @param what what lives, for messages, such as "the ring"
   * @param release releases it; runs once, in the thread that is the last one out
   * @param mark tells from any thread whether the owner's mark is set; it is asked with a fence
   *     before and behind
   */
  public LifeCycle(String what, Runnable release, BooleanSupplier mark) {
    this(what, false, mark, release);
  }

  private LifeCycle(String what, boolean inTurns, BooleanSupplier mark, Runnable release) {
    this.what = what;
    this.inTurns = inTurns;
    this.mark = mark;
    this.release = release;
  }

  /**
   * Makes one that is open, for what threads use one after the other: a thread that goes in while
   * the last one is not inside becomes the owner. That costs a system call and an object.
   *
   * @param what what lives, for messages, such as "the reader"
   * @param release releases it; runs once, in the thread that is the last one out
   * @return the life
   */
  public static LifeCycle inTurns(String what, Runnable release) {
    return inTurns(what, () -> false, release);
  }

  /**
   * Makes one that is open, like {@link #inTurns(String, Runnable)}, for what a thread can also
   * hold without being inside. It says so by a store, {@linkplain #storeBeforeLoad before} it looks
   * whether the thing is closed. The thread that ends the hold then looks, and if it is closed
   * calls {@link #releaseIfUnused()}.
   *
   * @param what what lives, for messages, such as "the reader"
   * @param isHeld tells whether somebody holds it; asked behind a close and a fence for both sides
   * @param release releases it; runs once, in the thread that is the last one out
   * @return the life
   */
  public static LifeCycle inTurns(String what, BooleanSupplier isHeld, Runnable release) {
    return new LifeCycle(what, true, isHeld, release);
  }

  /**
   * The owner goes in. Each call that returns is followed by one of {@link #exit()}.
   *
   * @throws ClosedException if it is closed
   * @throws ForeignThreadException if another thread is the owner, and lives or, in turns, is
   *     inside
   */
  public void enter() {
    Owner mine = (Owner) ADMITTED.get(this);
    if (mine.thread != Thread.currentThread()) {
      mine = admit();
    }
    countIn(mine);
    if (admitted != mine) {
      enterAgain(mine);
    }
  }

  /** Its turn was taken away meanwhile, or was about to be, or the thing is closed. */
  private void enterAgain(Owner overtaken) {
    Owner mine = overtaken;
    do {
      goOut(mine);
      mine = admit();
      countIn(mine);
    } while (admitted != mine);
  }

  /** Stores 1 where that is all: a sum would wait for what the last call stored. */
  private static void countIn(Owner mine) {
    int depth = mine.depth;
    DEPTH.setRelease(mine, depth == 0 ? 1 : depth + 1);
    storeBeforeLoad();
  }

  /** The owner goes out. If it is the last one, and the thing is closed, it is released here. */
  public void exit() {
    goOut(owner);
  }

  private void goOut(Owner mine) {
    int depth = mine.depth;
    DEPTH.setRelease(mine, depth == 1 ? 0 : depth - 1);
    storeBeforeLoad();
    if (admitted != mine && closed) {
      releaseIfUnused();
    }
  }

  /**
   * The owner has set its mark, and is inside if it is still open. Otherwise it takes the mark back
   * and calls {@link #exitBehindMark()}, and touches nothing before that.
   *
   * @throws ClosedException if it is closed
   */
  public void requireOpenBehindMark() {
    storeBeforeLoad();
    if (closed) {
      throw isClosedException();
    }
  }

  /**
   * The owner has taken its mark back. If it is the last one out, and the thing is closed, it is
   * released here.
   */
  public void exitBehindMark() {
    storeBeforeLoad();
    if (closed) {
      releaseIfUnused();
    }
  }

  /**
   * Any thread goes in. Each call that returns is followed by one of {@link #exitAsGuest()}.
   *
   * @throws ClosedException if it is closed
   */
  public void enterAsGuest() {
    GUESTS.getAndAdd(this, 1);
    if (closed) {
      exitAsGuest();
      throw isClosedException();
    }
  }

  /** A guest goes out. If it is the last one, and the thing is closed, it is released here. */
  public void exitAsGuest() {
    GUESTS.getAndAdd(this, -1);
    if (closed) {
      releaseIfUnused();
    }
  }

  /**
   * Makes the calling thread the owner. For those who see to it by other means that one thread at a
   * time has the thing, and that each sees what the one before it did.
   */
  public void handOver() {
    owner.thread = Thread.currentThread();
  }

  /**
   * Lets nobody else in. The first caller is inside as a guest then, to wake those who wait inside,
   * and goes out with {@link #exitAsGuest()}. It never waits for anybody: if others are still
   * inside, the last one out releases it.
   *
   * @return true for the first caller, who goes out; others do nothing
   */
  public boolean close() {
    synchronized (this) {
      if (closed) {
        return false;
      }
      GUESTS.getAndAdd(this, 1);
      closed = true;
      admitted = NOBODY;
    }
    trace.close();
    return true;
  }

  /**
   * Tells whether it is closed. Any thread may ask.
   *
   * @return true once {@link #close()} was called
   */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Lets only those pass who come before the close, for what needs no more protection than that.
   *
   * @throws ClosedException if it is closed
   */
  public void requireOpen() {
    if (closed) {
      throw isClosedException();
    }
  }

  /**
   * Lets only the owner pass, closed or not.
   *
   * @throws ForeignThreadException if another thread, which lives, is the owner
   */
  public void requireOwner() {
    if (owner.thread != Thread.currentThread()) {
      becomeOwner();
    }
  }

  /**
   * Tells whether the calling thread is the owner.
   *
   * @return true if it is
   */
  public boolean isOwner() {
    return owner.thread == Thread.currentThread();
  }

  /**
   * Tells whether a call of the calling thread, the owner, is under way.
   *
   * @return true inside such a call
   */
  public boolean isInCall() {
    Owner one = owner;
    return one.thread == Thread.currentThread() && one.depth > 0;
  }

  /**
   * Tells whether the call that is under way was made from within another one. For the owner, which
   * is inside.
   *
   * @return true if it is inside more than once
   */
  public boolean isNested() {
    return owner.depth > 1;
  }

  /**
   * Tells whether the owner is a thread that lives and is not the calling one.
   *
   * @return true if another thread may be using the thing
   */
  public synchronized boolean hasOtherOwner() {
    Thread other = owner.thread;
    return other != null && other != Thread.currentThread() && other.isAlive();
  }

  /**
   * Tells whether a call of the calling thread, the owner, is under way, and forgets one that is
   * not on the stack any more: an exhausted stack can keep {@link #exit()} from being called.
   *
   * @param user the class whose methods go in and out, the one that asks among them
   * @return true inside such a call, other than the one that asks
   */
  public boolean isInCallOf(Class<?> user) {
    if (!isInCall()) {
      return false;
    }
    if (isOnTheStack(user)) {
      return true;
    }
    forgetCalls();
    return false;
  }

  /**
   * Tells whether a method of a class is under way in the calling thread, below the one of that
   * class that asks and those that called it directly.
   *
   * @param user the class
   * @return true if it is on the stack a second time
   */
  public static boolean isOnTheStack(Class<?> user) {
    return WALKER.walk(
        frames ->
            frames
                .map(StackWalker.StackFrame::getDeclaringClass)
                .dropWhile(type -> !type.isAssignableFrom(user))
                .dropWhile(type -> type.isAssignableFrom(user))
                .anyMatch(user::equals));
  }

  /**
   * Forgets the calls of the owner that are under way. For the calling thread, which is the owner
   * and knows that there are none, see {@link #isInCallOf}. If the thing is closed, and nobody else
   * is inside, it is released here.
   */
  public void forgetCalls() {
    DEPTH.setRelease(owner, 0);
    storeBeforeLoad();
    if (closed) {
      releaseIfUnused();
    }
  }

  private Owner admit() {
    if (closed) {
      releaseIfUnused(); // What was held may have been let go just now.
    }
    return admitIfOpen();
  }

  private synchronized Owner admitIfOpen() {
    requireOpen();
    if (owner.thread != Thread.currentThread()) {
      if (inTurns) {
        takeTurn();
      } else {
        becomeOwner();
      }
    }
    return owner;
  }

  /** Under the monitor: no second one takes it, and the thing is not closed. */
  private void takeTurn() {
    Owner former = owner;
    boolean free = false;
    admitted = NOBODY;
    try {
      free = !isInside(former);
    } finally {
      if (!free) {
        admitted = former;
      }
    }
    if (!free) {
      throw new ForeignThreadException(
          what
              + " is being used by thread "
              + former.thread.getName()
              + ": two threads that use it at once need one each (this is thread "
              + Thread.currentThread().getName()
              + ")");
    }
    Owner mine = new Owner();
    mine.thread = Thread.currentThread();
    owner = mine;
    admitted = mine;
  }

  private synchronized void becomeOwner() {
    Thread other = owner.thread;
    if (other != null && other.isAlive()) {
      throw new ForeignThreadException(
          what
              + " belongs to thread "
              + other.getName()
              + ", which lives; give each thread its own (this is thread "
              + Thread.currentThread().getName()
              + ")");
    }
    owner.depth = 0; // The thread has ended, and with it its calls.
    owner.thread = Thread.currentThread();
  }

  /** Releases what is closed if nobody is inside or holds it, and nobody has done it before. */
  public void releaseIfUnused() {
    synchronized (this) {
      if (!closed || released || isInside(owner) || isMarked() || guests != 0) {
        return;
      }
      released = true;
    }
    release.run();
  }

  /**
   * The caller has seen to it that nobody is admitted.
   *
   * <p>Litmus claims: {@code life-enter-fenced.wm}, {@code life-enter-without.wm}.
   */
  private static boolean isInside(Owner one) {
    if (FENCE) {
      VarHandle.fullFence();
    } else {
      Membarrier.PROCESS.synchronize();
    }
    return (int) DEPTH.getAcquire(one) > 0 && isThere(one);
  }

  /**
   * Behind the fence of {@link #isInside}.
   *
   * <p>Litmus claims: {@code life-mark-taken-back.wm}.
   */
  private boolean isMarked() {
    boolean marked = mark.getAsBoolean() && (inTurns || isThere(owner));
    VarHandle.acquireFence(); // What was done before the mark was taken back.
    return marked;
  }

  private static boolean isThere(Owner one) {
    return one.thread == null || one.thread.isAlive();
  }

  /**
   * Keeps a store before the loads that follow, for a thread that stores and then looks whether
   * something was closed: for the compiler always, for the processor only where nobody can do it
   * from outside.
   *
   * <p>Litmus claims: {@code life-enter-fenced.wm}, {@code life-enter-without.wm}.
   */
  public static void storeBeforeLoad() {
    if (FENCE) {
      VarHandle.fullFence();
    } else {
      VarHandle.releaseFence();
      VarHandle.acquireFence();
    }
  }

  private ClosedException isClosedException() {
    return new ClosedException(what + " is closed");
  }

  private static VarHandle handle(Class<?> holder, String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(holder, field, type);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }
}
