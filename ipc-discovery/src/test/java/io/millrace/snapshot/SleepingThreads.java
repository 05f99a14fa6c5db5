package io.millrace.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the threads of another process are doing in the kernel. */
final class SleepingThreads {
  private SleepingThreads() {}

  /** Tells whether a thread of the process sleeps in epoll_wait. */
  static boolean inEpoll(int pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.anyMatch(SleepingThreads::isInEpoll);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isInEpoll(Path thread) {
    try {
      return Files.readString(thread.resolve("wchan")).startsWith("ep_poll")
          || Files.readString(thread.resolve("wchan")).contains("epoll");
    } catch (IOException gone) {
      return false;
    }
  }
}
