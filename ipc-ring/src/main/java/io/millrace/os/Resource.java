package io.millrace.os;

import io.millrace.ClosedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Something of the system that is released once, by the first to close it. What goes wrong then
 * comes out of {@link #close()}.
 *
 * <p>It does not protect its users from each other: the caller of close sees to it that no other
 * thread is using it, see {@link LifeCycle}.
 */
public abstract class Resource implements AutoCloseable {
  private static final VarHandle CLOSING = closingHandle();

  private final Trace trace = new Trace();

  @SuppressWarnings("unused") // Through CLOSING only.
  private volatile boolean closing;

  /** Makes one that is open. */
  protected Resource() {}

  /** Releases it. Calls after the first do nothing. */
  @Override
  public final void close() {
    if (CLOSING.compareAndSet(this, false, true)) {
      trace.close();
      performClose();
    }
  }

  /** Releases what this object stands for. Called once. */
  protected abstract void performClose();

  /**
   * Tells whether it was closed.
   *
   * @return true once {@link #close()} has begun
   */
  public final boolean isClosed() {
    return closing;
  }

  /**
   * Lets only those pass who come before the close.
   *
   * @param what what this is, for the message
   * @throws ClosedException once {@link #close()} has begun
   */
  protected final void requireOpen(Object what) {
    if (closing) {
      throw new ClosedException(what + " is closed");
    }
  }

  private static VarHandle closingHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Resource.class, "closing", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }
}
