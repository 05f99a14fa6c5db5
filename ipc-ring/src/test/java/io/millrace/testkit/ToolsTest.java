package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** What a test needs and does not find skips it; in continuous integration it fails it. */
class ToolsTest {
  @Test
  void whatWorksIsNoReasonForAnything() {
    Tools.require(true, "true");
    Tools.require(false, "true");
  }

  @Test
  void whatIsMissingOrFailsSkips() {
    assertThrows(TestAbortedException.class, () -> Tools.require(false, "no-such-program"));
    assertThrows(TestAbortedException.class, () -> Tools.require(false, "false"));
    assertThrows(TestAbortedException.class, () -> Tools.assumeAllowed("false"));
  }

  @Test
  void inContinuousIntegrationItFails() {
    assertThrows(AssertionError.class, () -> Tools.require(true, "no-such-program"));
    assertThrows(AssertionError.class, () -> Tools.require(true, "false"));
  }
}
