package io.millrace.barrier;

import io.millrace.os.Mapping;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Shared words in which this process kills itself with SIGKILL right before or right after its n-th
 * access: every state of the shared memory that a kill can leave is met, and every place between
 * two system calls that stands between two accesses.
 */
final class KillingWords extends UnsafeBuffer {
  private static final MethodHandle KILL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("kill").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int SIGKILL = 9;
  private static final int PID = (int) ProcessHandle.current().pid();

  private final boolean before;
  private int left;

  KillingWords(Mapping mapping, int access, boolean before) {
    super(mapping.address(), (int) mapping.length());
    this.left = access;
    this.before = before;
  }

  private void enter() {
    if (before && --left == 0) {
      die();
    }
  }

  private void exit() {
    if (!before && --left == 0) {
      die();
    }
  }

  private static void die() {
    try {
      int result = (int) KILL.invokeExact(PID, SIGKILL);
      throw new AssertionError("survived kill: " + result);
    } catch (Throwable thrown) {
      throw new AssertionError(thrown);
    }
  }

  @Override
  public long getLongVolatile(int index) {
    enter();
    long value = super.getLongVolatile(index);
    exit();
    return value;
  }

  @Override
  public void putLongVolatile(int index, long value) {
    enter();
    super.putLongVolatile(index, value);
    exit();
  }

  @Override
  public void putLongRelease(int index, long value) {
    enter();
    super.putLongRelease(index, value);
    exit();
  }

  @Override
  public void putIntRelease(int index, int value) {
    enter();
    super.putIntRelease(index, value);
    exit();
  }

  @Override
  public int getIntVolatile(int index) {
    enter();
    int value = super.getIntVolatile(index);
    exit();
    return value;
  }

  @Override
  public boolean compareAndSetLong(int index, long expected, long update) {
    enter();
    boolean done = super.compareAndSetLong(index, expected, update);
    exit();
    return done;
  }

  @Override
  public long compareAndExchangeLong(int index, long expected, long update) {
    enter();
    long found = super.compareAndExchangeLong(index, expected, update);
    exit();
    return found;
  }

  @Override
  public long getAndAddLong(int index, long delta) {
    enter();
    long before = super.getAndAddLong(index, delta);
    exit();
    return before;
  }
}
