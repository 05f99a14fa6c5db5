package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.LitmusClaims;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LitmusTest {
  @Test
  void eachOrderedAccessHasAClaimThatIsAboutIt() throws IOException {
    assertEquals(
        List.of(),
        LitmusClaims.faults(
            Path.of("src/test/litmus"), Path.of("src/main/java"), "io.millrace.barrier"));
  }
}
