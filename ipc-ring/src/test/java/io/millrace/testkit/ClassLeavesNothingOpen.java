package io.millrace.testkit;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test class that leaves a descriptor open, so that the fault is told where it is and
 * not in a later class that counts. JUnit finds it by itself, in the tests of every module.
 */
public final class ClassLeavesNothingOpen implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(ClassLeavesNothingOpen.class);

  /** For JUnit. */
  public ClassLeavesNothingOpen() {}

  @Override
  public void beforeAll(ExtensionContext tests) {
    tests.getStore(NAMESPACE).put(tests.getUniqueId(), OpenDescriptors.now());
  }

  @Override
  @SuppressWarnings("unchecked") // It is what beforeAll has put there.
  public void afterAll(ExtensionContext tests) {
    Map<Integer, String> before =
        (Map<Integer, String>) tests.getStore(NAMESPACE).get(tests.getUniqueId(), Map.class);
    OpenDescriptors.assertNoneBeside(before, OpenDescriptors.DEADLINE);
  }
}
