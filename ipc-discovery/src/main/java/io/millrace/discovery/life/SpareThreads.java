package io.millrace.discovery.life;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.os.Deadline;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Threads for what may take as long as somebody else likes: to receive, look at or close
 * descriptors that another process has chosen. The last close of a TCP socket lingers, a file of
 * FUSE asks its maker. A caller waits for such a thread up to a deadline; the thread is lost as
 * long as it takes, so there are few, and what they have not got to waits.
 */
public final class SpareThreads {
  private static final int MOST = 8;
  private static final int IDLE_SECONDS = 1;
  private static final String NAME = "millrace-spare";

  private static final ThreadPoolExecutor THREADS = threads();

  private SpareThreads() {}

  private static ThreadPoolExecutor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, NAME);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Runs things without anybody waiting for them. */
  public static Executor executor() {
    return THREADS;
  }

  /**
   * Calls something, and gives up when the time is over: what comes of it then is closed.
   *
   * @return what came of it, {@code null} if it was given up
   */
  public static <T extends AutoCloseable> T call(Supplier<T> work, long deadline) {
    Call<T> call = new Call<>(work);
    THREADS.execute(call);
    return call.await(deadline);
  }

  /** Likewise for one of some guests, whose close ends it as well. */
  public static <T extends AutoCloseable> T call(Supplier<T> work, long deadline, Guests guests) {
    Call<T> call = new Call<>(work);
    Guests.Wait wait = guests.waiting(call::giveUp);
    try {
      THREADS.execute(call);
      return call.await(deadline);
    } finally {
      wait.close();
    }
  }

  /** Closes something, and does not wait for the end of it when the time is over. */
  public static void close(AutoCloseable one, long deadline) {
    if (Thread.currentThread().getName().equals(NAME)) {
      closeHere(one);
      return;
    }
    call(
        () -> {
          closeHere(one);
          return one;
        },
        deadline);
  }

  private static void closeHere(AutoCloseable one) {
    try {
      one.close();
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new DiscoveryException("cannot close " + one, failure);
    }
  }

  private static final class Call<T extends AutoCloseable> implements Runnable {
    private final Supplier<T> work;
    private T result;
    private RuntimeException exception;
    private Error error;
    private boolean isDone;
    private boolean isGivenUp;

    private Call(Supplier<T> work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (isGivenUp()) {
        return;
      }
      T made = null;
      try {
        made = work.get();
      } catch (RuntimeException failure) {
        exception = failure;
      } catch (Error failure) {
        error = failure;
      }
      if (!deliver(made) && made != null) {
        closeHere(made);
      }
    }

    private synchronized boolean isGivenUp() {
      return isGivenUp;
    }

    private synchronized void giveUp() {
      isGivenUp |= !isDone;
      notifyAll();
    }

    private synchronized boolean deliver(T made) {
      result = made;
      isDone = true;
      notifyAll();
      return !isGivenUp;
    }

    /** An interrupt does not end it and is kept. */
    private synchronized T await(long deadline) {
      boolean interrupted = false;
      while (!isDone && !isGivenUp && !Deadline.hasPassed(deadline)) {
        try {
          TimeUnit.NANOSECONDS.timedWait(this, Deadline.nanosLeft(deadline));
        } catch (InterruptedException interruption) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      isGivenUp |= !isDone;
      if (exception != null) {
        throw exception;
      }
      if (error != null) {
        throw error;
      }
      return isGivenUp ? null : result;
    }
  }
}
