package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RaceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);

  @TempDir Path root;

  /**
   * Races for names. A lock belongs to an open file, not to a process, so threads with a registry
   * each compete like processes.
   */
  static final class Racer {
    public static void main(String[] arguments) throws Exception {
      int threads = Integer.parseInt(arguments[1]);
      ExecutorService executor = Executors.newFixedThreadPool(threads);
      List<Registry> registries = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        registries.add(Registry.open(Path.of(arguments[0])));
      }
      BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
      List<Publication> won = new ArrayList<>();
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals("leave")) {
          // A dead record each time, so that every next round is a race to take it over.
          won.forEach(Publication::handOver);
          won.clear();
          System.out.println("left");
        } else {
          List<Future<Publication>> tries = new ArrayList<>();
          for (Registry registry : registries) {
            tries.add(executor.submit(() -> tryToPublish(registry)));
          }
          for (Future<Publication> one : tries) {
            if (one.get() != null) {
              won.add(one.get());
            }
          }
          long generation = won.isEmpty() ? 0 : won.get(0).service().generation();
          System.out.println("won " + won.size() + " " + generation);
        }
      }
      executor.shutdownNow();
      registries.forEach(Registry::close);
    }

    private static Publication tryToPublish(Registry registry) {
      try {
        return registry.publish(ServiceSpec.named("x"));
      } catch (NameInUseException lost) {
        return null;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 400", "4, 8, 250"})
  void ofAnyNumberOfRacersExactlyOneGetsTheName(int processes, int threads, int rounds) {
    race(processes, threads, rounds);
  }

  /** {@code -Dmillrace.race.rounds=3000} takes some minutes. */
  @Test
  @EnabledIfSystemProperty(named = "millrace.race.rounds", matches = "[0-9]+")
  void of32ProcessesExactlyOneGetsTheName() {
    race(32, 1, Integer.getInteger("millrace.race.rounds"));
  }

  private void race(int processes, int threads, int rounds) {
    List<ChildProcess> racers = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        racers.add(ChildProcess.start(Racer.class, root.toString(), Integer.toString(threads)));
      }
      racers.forEach(racer -> racer.expectLine("ready", DEADLINE));
      long last = 0;
      for (int round = 0; round < rounds; round++) {
        racers.forEach(racer -> racer.send("race"));
        int winners = 0;
        long generation = 0;
        for (ChildProcess racer : racers) {
          String[] told = racer.expectLine("won", DEADLINE).split(" ");
          winners += Integer.parseInt(told[0]);
          generation += Long.parseLong(told[1]);
        }
        assertEquals(1, winners, "round " + round);
        assertTrue(generation > last, generation + " after " + last);
        last = generation;
        racers.forEach(racer -> racer.send("leave"));
        racers.forEach(racer -> racer.expectLine("left", DEADLINE));
      }
    } finally {
      racers.forEach(ChildProcess::close);
    }
    try (Registry registry = Registry.open(root)) {
      assertEquals(List.of(), registry.list());
    }
    assertEquals(List.of(), Alien.names(root));
  }
}
