package io.millrace.testkit;

import io.millrace.os.Epoll;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test class that leaves a descriptor open with which something watches or sleeps, so
 * that the fault is told where it is and not in a later class that counts them. Memory, events and
 * sockets may be the test's own, which it has given away; {@link LeavesNothingOpen} looks at all.
 * JUnit finds it by itself, in the tests of every module.
 */
public final class ClassLeavesNothingOpen implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(ClassLeavesNothingOpen.class);

  private static final Set<String> WATCHED =
      Set.of("anon_inode:[pidfd]", "anon_inode:[eventpoll]", "anon_inode:inotify");

  private static boolean warm;

  /** For JUnit. */
  public ClassLeavesNothingOpen() {}

  @Override
  public void beforeAll(ExtensionContext tests) throws InterruptedException, IOException {
    makeWhatStays();
    tests.getStore(NAMESPACE).put(tests.getUniqueId(), OpenDescriptors.now());
  }

  @Override
  @SuppressWarnings("unchecked") // It is what beforeAll has put there.
  public void afterAll(ExtensionContext tests) {
    Map<Integer, String> before =
        (Map<Integer, String>) tests.getStore(NAMESPACE).get(tests.getUniqueId(), Map.class);
    OpenDescriptors.assertNoneBeside(before, WATCHED::contains, OpenDescriptors.DEADLINE);
  }

  /**
   * The set with which one thread sleeps for all virtual ones stays as long as the process, and so
   * does the socket that NIO puts in the place of others while they are closed.
   */
  private static synchronized void makeWhatStays() throws InterruptedException, IOException {
    if (!warm) {
      warm = true;
      ServerSocketChannel.open().close();
      try (Epoll epoll = new Epoll()) {
        Thread.startVirtualThread(() -> epoll.await(1)).join();
      }
    }
  }
}
