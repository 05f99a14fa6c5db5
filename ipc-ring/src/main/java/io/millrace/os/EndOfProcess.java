package io.millrace.os;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be done when this process ends in good order, so that nobody takes its end for a
 * crash: by a shutdown hook, which the first action brings about, or when the application says so.
 *
 * <p>Hooks run at the same time, beside threads that live on. So an action must be possible beside
 * any other call, does not wait for anybody for long, and takes no memory away. Any thread may call
 * these methods.
 */
public final class EndOfProcess {
  /** The system property that turns the hook off if it is {@code false}. */
  public static final String PROPERTY = "millrace.shutdownHook";

  private static final EndOfProcess SELF = new EndOfProcess();

  /** Things that are to be done, in the order in which they were said. Guarded by itself. */
  private final Set<Action> actions = new LinkedHashSet<>();

  private volatile boolean isHookWanted = !"false".equals(System.getProperty(PROPERTY));
  private boolean isHookThere;
  private boolean isOver;

  private EndOfProcess() {}

  /** Something that is to be done at the end, from {@link #add} until {@link #cancel}. */
  public static final class Action {
    private final Runnable work;
    private boolean isCancelled;

    private Action(Runnable work) {
      this.work = work;
    }

    /**
     * From now on it is to be done. If the hook has run it is done at once, by the calling thread:
     * nothing comes after that.
     */
    public void add() {
      if (!SELF.add(this)) {
        work.run();
      }
    }

    /** It need not be done any more. */
    public void cancel() {
      synchronized (SELF.actions) {
        isCancelled = true;
        SELF.actions.remove(this);
      }
    }
  }

  /**
   * Prepares something to be done at the end of the process.
   *
   * @param work what; more than once if the application says so more than once
   * @return the action, not added yet
   */
  public static Action action(Runnable work) {
    return new Action(work);
  }

  private boolean add(Action action) {
    synchronized (actions) {
      if (isHookWanted && !isHookThere) {
        addHook();
      }
      if (isOver && isHookWanted) {
        return false;
      }
      if (!action.isCancelled) {
        actions.add(action);
      }
      return true;
    }
  }

  private void addHook() {
    isHookThere = true;
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "millrace-shutdown"));
    } catch (IllegalStateException shuttingDown) {
      isOver = true; // There will be no hook of ours: what comes from now on is done at once.
    }
  }

  private void onShutdown() {
    synchronized (actions) {
      isOver = true;
    }
    if (isHookWanted) {
      doAll();
    }
  }

  /**
   * Does all of it now, what was said last first. A failure of one keeps no other from being done;
   * the first one is thrown then, with the others in it.
   */
  public static void doAll() {
    List<Action> all;
    synchronized (SELF.actions) {
      all = List.copyOf(SELF.actions).reversed();
    }
    Throwable first = null;
    for (Action action : all) {
      try {
        action.work.run();
      } catch (RuntimeException | Error failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first != null) {
      throw (RuntimeException) first;
    }
  }

  /**
   * Turns the hook on or off, at any time until it runs.
   *
   * @param wanted false to leave all to {@link #doAll()}
   */
  public static void useHook(boolean wanted) {
    synchronized (SELF.actions) {
      SELF.isHookWanted = wanted;
      if (wanted && !SELF.isHookThere && !SELF.actions.isEmpty()) {
        SELF.addHook();
      }
    }
  }
}
