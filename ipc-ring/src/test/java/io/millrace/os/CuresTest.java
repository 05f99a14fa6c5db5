package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CuresTest {
  @ParameterizedTest
  @CsvSource({
    "eventfd, 24, ulimit -n",
    "memfd_create, 24, ulimit -n",
    "open(O_TMPFILE), 24, ulimit -n",
    "inotify_init1, 24, fs.inotify.max_user_instances",
    "inotify_init1, 24, ulimit -n",
    "inotify_add_watch, 28, fs.inotify.max_user_watches",
    "epoll_ctl(ADD), 28, fs.epoll.max_user_watches",
    "open, 23, fs.file-max",
    "fallocate, 28, the file system is full",
    "memfd_create, 12, memory limit of this container",
    "mmap, 12, vm.max_map_count",
    "mlock, 12, ulimit -l",
    "mlock, 1, ulimit -l",
    "ftruncate, 27, ulimit -f",
    "memfd_create, 38, Linux 5.4",
    "pidfd_getfd, 38, Linux 5.6",
  })
  void whatCanBeHadIsNamedByTheSettingThatGivesIt(String call, int errno, String cure) {
    String message = CallResult.failure(call, errno, "something").getMessage();
    String failure =
        call + " failed: " + Errno.name(errno) + " (" + Errno.text(errno) + "): something; ";
    assertTrue(message.startsWith(failure), message);
    assertTrue(message.substring(failure.length()).contains(cure), message);
  }

  @Test
  void whereNothingHelpsNothingIsSaid() {
    String text = Errno.text(Errno.ENOENT);
    assertEquals(
        "open failed: " + Errno.name(Errno.ENOENT) + " (" + text + "): something",
        CallResult.failure("open", Errno.ENOENT, "something").getMessage());
    assertEquals("", Cures.of("kill", Errno.EPERM));
  }

  @Test
  void whatTheJdkSaysIsCuredAlike() {
    String said = "/x: " + Errno.text(Errno.EMFILE);
    assertTrue(Cures.withCure(said).startsWith(said + "; "), Cures.withCure(said));
    assertTrue(Cures.withCure(said).contains("ulimit -n"), Cures.withCure(said));
    assertEquals("/x: gone", Cures.withCure("/x: gone"));
  }
}
