package io.millrace.barrier;

import io.millrace.SystemCallException;
import io.millrace.os.Descriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Joins with no descriptor left, then with one, two and so on, until it is enough. */
final class StarvedProcess {
  private static final int MOST = 20;

  private StarvedProcess() {}

  public static void main(String[] arguments) throws Exception {
    rehearse();
    Deque<FileInputStream> taken = new ArrayDeque<>();
    try (Barrier first = Barrier.create(2).spin(Duration.ZERO)) {
      takeAll(taken);
      int free = 0;
      while (!joins(first)) {
        require(!first.isBroken(), "broken by a party that could not join, " + free + " free");
        require(takeAll(taken) == free, "descriptors are left open, " + free + " were free");
        free++;
        require(free < MOST, "never joins");
        for (int i = 0; i < free; i++) {
          taken.pop().close();
        }
      }
      require(free > 0, "joined without descriptors");
      System.out.println("passed, " + free + " descriptors needed");
    }
  }

  private static boolean joins(Barrier first) throws Exception {
    try (Barrier second = Barrier.join(first.descriptors()).spin(Duration.ZERO)) {
      long generation = first.arrive();
      second.await();
      first.awaitGeneration(generation);
      second.leave();
      return true;
    } catch (SystemCallException | DamagedBarrierException refused) {
      return false;
    }
  }

  /** Loads all classes, as long as their files can be opened. */
  private static void rehearse() throws Exception {
    try (Barrier first = Barrier.create(2)) {
      joins(first);
      first.await(Duration.ofNanos(1));
    } catch (java.util.concurrent.TimeoutException expected) {
      expected.getMessage();
    }
    try (Descriptor none = Descriptor.duplicateOf(-1, "nothing")) {
      throw new AssertionError(none.toString());
    } catch (SystemCallException expected) {
      new DamagedBarrierException(expected.getMessage());
    }
  }

  /** Takes all descriptors that are free, and returns how many they were. */
  static int takeAll(Deque<FileInputStream> taken) {
    int count = 0;
    try {
      while (true) {
        taken.push(new FileInputStream("/dev/null"));
        count++;
      }
    } catch (IOException none) {
      return count;
    }
  }

  private static void require(boolean holds, String failure) {
    if (!holds) {
      throw new AssertionError(failure);
    }
  }
}
