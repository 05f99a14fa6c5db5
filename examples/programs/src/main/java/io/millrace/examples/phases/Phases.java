package io.millrace.examples.phases;

import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The phases example: starts workers that compute in lock-step, kills some of them and starts
 * others in their places, and compares the result with that of one process alone.
 */
@Command(
    name = "phases",
    description = {
      "Processes compute the heat in a plate together, step by step, with a barrier."
          + " Kill some: the result stays exact."
    },
    mixinStandardHelpOptions = true)
public final class Phases extends Example {
  private static final int PATIENCE_SECONDS = 120;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  @Option(names = "--workers", description = "How many (default: ${DEFAULT-VALUE}).")
  private int workers = 4;

  @Option(names = "--size", description = "Points along an edge (default: ${DEFAULT-VALUE}).")
  private int size = 150;

  @Option(names = "--steps", description = "How many (default: ${DEFAULT-VALUE}).")
  private int steps = 20_000;

  @Option(
      names = "--kills",
      description = "Workers to kill with SIGKILL on the way (default: ${DEFAULT-VALUE}).")
  private int kills = 2;

  private final List<ChildJvm> running = new ArrayList<>();
  private String name;
  private Path file;

  @Override
  protected String run() throws IOException {
    check(workers >= 1 && workers <= 32, "--workers must be from 1 to 32");
    check(size >= 8 && size <= 4000, "--size must be from 8 to 4000");
    check(steps >= 1 && steps <= 1_000_000, "--steps must be from 1 to 1000000");
    check(kills == 0 || kills > 0 && workers > 1, "--kills needs two workers: one must live");
    name = "phases-" + ProcessHandle.current().pid();
    file = Files.createTempFile("phases", ".grid");
    keep(() -> Files.delete(file));
    Grid grid = Grid.map(file, size);
    grid.heat();
    long start = System.nanoTime();
    for (int worker = 0; worker < workers; worker++) {
      running.add(start(worker));
    }
    for (int kill = 0; kill < kills; kill++) {
      awaitProgress(grid, (long) steps * (kill + 1) / (kills + 1));
      replace(kill % workers, grid);
    }
    for (ChildJvm worker : running) {
      System.out.println(
          "process " + worker.pid() + ": " + worker.expect("done", PATIENCE_SECONDS));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.print(grid.picture(steps, 16));
    System.out.printf(Locale.ROOT, "%d steps in %.1f s by %d processes%n", steps, seconds, workers);

    Grid alone = Grid.alone(size);
    alone.heat();
    for (long step = 0; step < steps; step++) {
      alone.compute(step, 0, size);
    }
    int differences = grid.differences(alone, steps);
    return (differences == 0 ? "ok" : "failed")
        + (" workers=" + workers + " steps=" + steps + " killed=" + kills)
        + (" differences=" + differences);
  }

  private ChildJvm start(int worker) {
    return keep(
        ChildJvm.start("worker " + worker, Worker.class, name, file, size, steps, workers, worker));
  }

  private void replace(int worker, Grid grid) {
    running.get(worker).kill();
    System.out.println("worker " + worker + " was killed in step " + grid.progress());
    running.set(worker, start(worker));
  }

  private static void awaitProgress(Grid grid, long wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (grid.progress() < wanted) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the workers do not get on");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
