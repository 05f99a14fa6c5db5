package io.millrace.testkit;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Fails every test of a class that leaves a descriptor open. */
public final class LeavesNothingOpen implements BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeavesNothingOpen.class);

  /** For JUnit. */
  public LeavesNothingOpen() {}

  @Override
  public void beforeEach(ExtensionContext test) {
    test.getStore(NAMESPACE).put("before", OpenDescriptors.now());
  }

  @Override
  @SuppressWarnings("unchecked") // It is what beforeEach has put there.
  public void afterEach(ExtensionContext test) {
    Map<Integer, String> before =
        (Map<Integer, String>) test.getStore(NAMESPACE).get("before", Map.class);
    OpenDescriptors.assertNoneBeside(before, OpenDescriptors.DEADLINE);
  }
}
