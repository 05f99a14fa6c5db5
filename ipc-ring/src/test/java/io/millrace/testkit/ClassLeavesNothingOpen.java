package io.millrace.testkit;

import io.millrace.os.Epoll;
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

  private static boolean warm;

  /** For JUnit. */
  public ClassLeavesNothingOpen() {}

  @Override
  public void beforeAll(ExtensionContext tests) throws InterruptedException {
    makeWhatStays();
    tests.getStore(NAMESPACE).put(tests.getUniqueId(), OpenDescriptors.now());
  }

  @Override
  @SuppressWarnings("unchecked") // It is what beforeAll has put there.
  public void afterAll(ExtensionContext tests) {
    Map<Integer, String> before =
        (Map<Integer, String>) tests.getStore(NAMESPACE).get(tests.getUniqueId(), Map.class);
    OpenDescriptors.assertNoneBeside(before, OpenDescriptors.DEADLINE);
  }

  /** The set with which one thread sleeps for all virtual ones stays as long as the process. */
  private static synchronized void makeWhatStays() throws InterruptedException {
    if (!warm) {
      warm = true;
      try (Epoll epoll = new Epoll()) {
        Thread.startVirtualThread(() -> epoll.await(1)).join();
      }
    }
  }
}
