package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Signals to other processes. */
public final class Signals {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** epoll_wait and epoll_pwait of x86-64, epoll_pwait of aarch64. */
  private static final Set<String> EPOLL_CALLS = Set.of("232", "281", "22");

  private Signals() {}

  /**
   * Sends a signal.
   *
   * @param signal its name, for example {@code KILL}
   * @param pid the process
   */
  public static void send(String signal, int pid) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
              .redirectErrorStream(true)
              .start();
      String said = new String(kill.getInputStream().readAllBytes());
      if (kill.waitFor() != 0) {
        throw new AssertionError("kill -" + signal + " " + pid + ": " + said);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while sending " + signal + " to " + pid, interruption);
    }
  }

  /**
   * Stops a process and returns when none of its threads runs any more.
   *
   * @param pid the process
   */
  public static void stop(int pid) {
    send("STOP", pid);
    // The signal is taken by one thread; the others stop a little later.
    Eventually.await(
        "all threads of " + pid + " are stopped",
        DEADLINE,
        () -> states(pid).stream().allMatch("T"::equals));
  }

  /**
   * Lets a stopped process go on.
   *
   * @param pid the process
   */
  public static void resume(int pid) {
    send("CONT", pid);
  }

  /**
   * The states of all threads of a process, in the letters of proc(5): R, S, D, T (stopped), Z.
   *
   * @param pid the process
   * @return one letter a thread; empty if there is no such process
   */
  public static List<String> states(int pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.map(Signals::state).toList();
    } catch (NoSuchFileException gone) {
      return List.of();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Waits until threads of a process sleep in epoll for long, as a rule until an event.
   *
   * @param pid the process
   * @param count how many threads
   */
  public static void awaitSleepersInEpoll(int pid, int count) {
    Eventually.await(
        count + " threads of " + pid + " sleep", DEADLINE, () -> sleepersInEpoll(pid) >= count);
  }

  private static long sleepersInEpoll(int pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.filter(Signals::sleepsInEpoll).count();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean sleepsInEpoll(Path thread) {
    try {
      // It sleeps for the virtual threads, at all times.
      if (Files.readString(thread.resolve("comm")).startsWith("millrace-virtua")) {
        return false;
      }
      // The call and its arguments, of which the last int is the time limit; or "running".
      String[] call = Files.readString(thread.resolve("syscall")).split(" ");
      return EPOLL_CALLS.contains(call[0])
          && isLong((int) Long.parseUnsignedLong(call[4].substring(2), 16));
    } catch (IOException gone) {
      return false;
    }
  }

  private static boolean isLong(int millis) {
    return millis < 0 || millis > 1000;
  }

  private static String state(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      int after = stat.lastIndexOf(')') + 2;
      return stat.substring(after, after + 1);
    } catch (IOException gone) {
      return "X"; // A thread that ended between the listing and this look.
    }
  }
}
