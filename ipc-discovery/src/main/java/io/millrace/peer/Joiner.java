package io.millrace.peer;

import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.os.LifeCycle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Joins those that have come, and tries those again, more and more seldom, that could not be
 * joined. Used by one thread.
 *
 * @param <T> what is known of one that is to be joined
 */
public final class Joiner<T> {
  private final LifeCycle life;
  private final Join<T> join;
  private final Predicate<RuntimeException> isHopeless;
  private final Refused<T> refused;
  private final Map<String, Attempt<T>> failed = new HashMap<>();

  /**
   * Joins one.
   *
   * @param <T> what is known of it
   */
  public interface Join<T> {
    /**
     * Joins it.
     *
     * @param name the name of its service
     * @param what what is known of it
     * @throws NoSuchServiceException if it is gone: the watch tells of that
     */
    void join(String name, T what);
  }

  /**
   * Is told of one that cannot be joined.
   *
   * @param <T> what is known of it
   */
  public interface Refused<T> {
    /**
     * It cannot be joined. Told once for each cause.
     *
     * @param name the name of its service
     * @param what what is known of it
     * @param why the cause
     */
    void refused(String name, T what, RuntimeException why);
  }

  private record Attempt<T>(T what, Retry retry) {}

  /**
   * Makes one that has nobody to join.
   *
   * @param life of the one that joins: while it is closed, nothing is a failure of others
   * @param join how one is joined
   * @param isHopeless tells which failures nothing can come behind: that one is not tried again
   * @param refused is told of failures
   */
  public Joiner(
      LifeCycle life, Join<T> join, Predicate<RuntimeException> isHopeless, Refused<T> refused) {
    this.life = life;
    this.join = join;
    this.isHopeless = isHopeless;
    this.refused = refused;
  }

  /**
   * Joins one that has come, now or later.
   *
   * @param name the name of its service
   * @param what what is known of it
   */
  public void begin(String name, T what) {
    tryToJoin(name, new Attempt<>(what, new Retry(System.nanoTime())));
  }

  /**
   * One has gone, and is not tried again.
   *
   * @param name the name of its service
   */
  public void forget(String name) {
    failed.remove(name);
  }

  /**
   * Tries those again whose time has come.
   *
   * @param now the time, from {@link System#nanoTime}
   * @param all and the others, too
   */
  public void tryAgain(long now, boolean all) {
    if (failed.isEmpty()) {
      return;
    }
    for (Map.Entry<String, Attempt<T>> one : List.copyOf(failed.entrySet())) {
      if (all || one.getValue().retry().isDue(now)) {
        tryToJoin(one.getKey(), one.getValue());
      }
    }
  }

  /**
   * When to try again.
   *
   * @param latest a later time is not of interest
   * @param now the time, from {@link System#nanoTime}, as all of these
   * @return the next time, {@code latest} if there is none before it
   */
  public long next(long latest, long now) {
    long next = latest;
    for (Attempt<T> attempt : failed.values()) {
      long due = attempt.retry().due();
      next = due - now < next - now ? due : next;
    }
    return next;
  }

  private void tryToJoin(String name, Attempt<T> attempt) {
    try {
      join.join(name, attempt.what());
      failed.remove(name);
    } catch (NoSuchServiceException gone) {
      failed.remove(name);
    } catch (RuntimeException failure) {
      life.requireOpen();
      if (isHopeless.test(failure)) {
        failed.remove(name);
      } else {
        failed.put(name, attempt);
      }
      if (attempt.retry().fails(failure)) {
        refused.refused(name, attempt.what(), failure);
      }
    }
  }
}
