package io.millrace.testkit;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A child of a {@link Zygote}, which alone can wait for its end. */
final class ForkedProcess extends Process {
  private static final int RUNS = -1;
  private static final int KILLED = 128 + ForkCalls.SIGKILL;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Zygote zygote;
  private final int pid;
  private final OutputStream to;
  private final InputStream from;
  private int status = RUNS;

  ForkedProcess(Zygote zygote, int pid, OutputStream to, InputStream from) {
    this.zygote = zygote;
    this.pid = pid;
    this.to = to;
    this.from = from;
  }

  @Override
  public OutputStream getOutputStream() {
    return to;
  }

  @Override
  public InputStream getInputStream() {
    return from;
  }

  @Override
  public InputStream getErrorStream() {
    return InputStream.nullInputStream();
  }

  @Override
  public synchronized boolean isAlive() {
    ask("reap");
    return status == RUNS;
  }

  private void ask(String what) {
    if (status == RUNS) {
      // It dies with the zygote.
      status = zygote.isAlive() ? Integer.parseInt(zygote.ask(what + " " + pid)) : KILLED;
    }
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    long start = System.nanoTime();
    while (isAlive()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - start > unit.toNanos(timeout)) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  @Override
  public int waitFor() throws InterruptedException {
    waitFor(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    return status;
  }

  @Override
  public synchronized int exitValue() {
    if (isAlive()) {
      throw new IllegalThreadStateException("process " + pid + " has not ended");
    }
    return status;
  }

  @Override
  public synchronized Process destroyForcibly() {
    ask("kill");
    return this;
  }

  @Override
  public void destroy() {
    destroyForcibly();
  }

  @Override
  public long pid() {
    return pid;
  }
}
