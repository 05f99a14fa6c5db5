package io.millrace.barrier;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.discovery.Registry;
import io.millrace.os.Descriptor;
import io.millrace.os.PidFd;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/**
 * A process that is a party and does what it is told, line by line; it answers each with a line.
 *
 * <p>Arguments: the registry's directory, the name, the number of parties, the nanoseconds to spin,
 * and the file of a {@link ProgressBoard}.
 */
final class PartyProcess {
  /** Every so many crossings one has little time. */
  private static final int IMPATIENT = 10;

  private static final Deque<FileInputStream> KEPT = new ArrayDeque<>();

  private final Registry registry;
  private final String[] arguments;
  private Barrier barrier;

  private PartyProcess(Registry registry, String[] arguments) {
    this.registry = registry;
    this.arguments = arguments;
  }

  public static void main(String[] arguments) throws Exception {
    try (Registry registry = Registry.open(Path.of(arguments[0]))) {
      PartyProcess self = new PartyProcess(registry, arguments);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals("end")) {
          System.out.println("ended");
          return;
        }
        System.out.println(self.answer(line.split(" ")));
      }
    }
  }

  private String answer(String[] words) throws Exception {
    try {
      switch (words[0]) {
        case "join" -> join();
        case "await" -> {
          return "index " + barrier.await();
        }
        case "wait" -> {
          return "index " + barrier.await(Duration.ofMillis(Long.parseLong(words[1])));
        }
        case "arrive" -> barrier.arrive();
        case "reset" -> barrier.reset();
        case "leave" -> barrier.leave();
        case "close" -> barrier.close();
        case "generation" -> {
          return "generation " + barrier.generation();
        }
        case "freeze-in-action" -> {
          barrier.onCrossing(
              () -> {
                System.out.println("in action");
                pauseForEver();
              });
          barrier.await();
        }
        case "exhaust" -> exhaust();
        case "run" -> run(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        case "work" -> {
          return "crossed " + work(Long.parseLong(words[1]));
        }
        default -> throw new IllegalArgumentException(words[0]);
      }
      return "done " + words[0];
    } catch (BrokenBarrierException broken) {
      return "broken " + broken.getMessage();
    } catch (TimeoutException timeout) {
      return "timeout " + timeout.getMessage();
    } catch (IllegalArgumentException | IllegalStateException | MillraceException refusal) {
      return "refused " + refusal.getMessage();
    }
  }

  private void join() {
    barrier = Barrier.createOrJoin(registry, arguments[1], Integer.parseInt(arguments[2]));
    barrier.spin(Duration.ofNanos(Long.parseLong(arguments[3])));
  }

  /**
   * Crosses so many times and checks after each that nobody is elsewhere than here or one ahead.
   */
  private void run(int me, int generations) throws Exception {
    int parties = Integer.parseInt(arguments[2]);
    try (ProgressBoard board = new ProgressBoard(Path.of(arguments[4]), parties)) {
      for (long g = 1; g <= generations; g++) {
        board.set(me, g);
        barrier.await();
        board.requireNoSkew(g);
      }
    }
  }

  /** Takes all descriptors, after loading what will be needed from files. */
  private static void exhaust() throws Exception {
    for (String needed : List.of("BreakCause", "LastBreak")) {
      Class.forName(PartyProcess.class.getPackageName() + "." + needed);
    }
    try (Descriptor none = PidFd.open(-1)) {
      throw new AssertionError(none.toString());
    } catch (SystemCallException expected) {
      StarvedProcess.takeAll(KEPT);
    }
  }

  /** Crosses until so many generations are over for all, mending whatever breaks. */
  private long work(long until) throws Exception {
    long crossed = 0;
    while (barrier.generation() < until) {
      try {
        if (crossed % IMPATIENT == 0) {
          barrier.await(Duration.ofMillis(1));
        } else {
          barrier.await();
        }
        crossed++;
      } catch (BrokenBarrierException | TimeoutException broken) {
        barrier.reset();
      }
    }
    barrier.close();
    return crossed;
  }

  private static void pauseForEver() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException interruption) {
      throw new IllegalStateException(interruption);
    }
  }

  static String[] arguments(Path root, String name, int parties, long spinNanos)
      throws IOException {
    return new String[] {
      root.toString(),
      name,
      String.valueOf(parties),
      String.valueOf(spinNanos),
      root.resolveSibling("board").toString()
    };
  }
}
