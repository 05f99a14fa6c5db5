package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes cross many times. The system property {@code millrace.barrier.generations} makes it
 * more for all.
 */
@Timeout(600)
class SkewTest extends ProcessParties {
  @ParameterizedTest
  @CsvSource({"2, 0, 3000", "2, 20000, 100000", "3, 0, 3000", "8, 20000, 1000", "16, 20000, 400"})
  void nobodyIsEverMoreThanOneGenerationAhead(int parties, long spinNanos, int generations)
      throws Exception {
    int count = Integer.getInteger("millrace.barrier.generations", generations);
    List<ChildProcess> all = join(parties, parties, spinNanos);
    for (int i = 0; i < parties; i++) {
      all.get(i).send("run " + i + " " + count);
    }
    for (ChildProcess child : all) {
      child.expectLine("done run", Duration.ofMinutes(9));
    }
    assertEquals(String.valueOf(count), reply(all.get(0), "generation", "generation"));
    all.forEach(child -> reply(child, "leave", "done leave"));
  }
}
