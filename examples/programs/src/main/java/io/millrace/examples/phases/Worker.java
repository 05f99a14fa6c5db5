package io.millrace.examples.phases;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.BrokenBarrierException;

/**
 * A worker process: computes its rows of each step, and waits for the others before the next.
 *
 * <p>When one is killed the barrier breaks for all the others, in the same step. They reset it and
 * hold a roll call, to which the successor comes too; after that everybody knows which step it was,
 * and they do it again. The successor need not be told anything else. (One of them must live: the
 * knowledge is theirs.)
 */
final class Worker {
  private Worker() {}

  /**
   * Works until all steps are done.
   *
   * @param arguments the name of the barrier, the file of the grid, its size, how many steps, how
   *     many workers, and which of them this one is
   * @throws IOException if the file cannot be mapped
   * @throws InterruptedException if somebody interrupts
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int size = Integer.parseInt(arguments[2]);
    int workers = Integer.parseInt(arguments[4]);
    int self = Integer.parseInt(arguments[5]);
    Grid grid = Grid.map(Path.of(arguments[1]), size);
    try (Cues cues = new Cues(new Scanner(System.in));
        Registry registry = Registry.open();
        Barrier barrier = Barrier.createOrJoin(registry, arguments[0], workers)) {
      long end = Long.parseLong(arguments[3]);
      long step = 0;
      boolean inStep = false;
      int broken = 0;
      while (step < end && !cues.isOver()) {
        try {
          if (!inStep) {
            grid.tellSteps(self, step);
            barrier.await(); // The roll call.
            step = grid.knownSteps(workers);
            inStep = true;
          } else {
            grid.compute(step, size * self / workers, size * (self + 1) / workers);
            barrier.await();
            grid.showProgress(++step);
          }
        } catch (BrokenBarrierException accident) {
          barrier.reset();
          inStep = false;
          broken++;
        }
      }
      barrier.leave();
      System.out.println("done " + step + " steps, " + broken + " broken generations seen");
    }
  }
}
