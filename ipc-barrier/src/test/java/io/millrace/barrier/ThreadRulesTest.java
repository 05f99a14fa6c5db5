package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.ThreadRules;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may use a public type, or who calls it, is said by its Javadoc. */
class ThreadRulesTest {
  @Test
  void eachPublicTypeSaysItsThreadRule() {
    assertEquals(Set.of(), ThreadRules.missing());
  }
}
