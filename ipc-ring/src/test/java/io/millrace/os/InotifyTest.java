package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.LeavesNothingOpen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class InotifyTest {
  private static final int NAMES = Inotify.CREATE | Inotify.DELETE | Inotify.CLOSE_WRITE;

  @TempDir Path temporary;
  private Directory directory;

  @BeforeEach
  void open() {
    directory = Directory.open(temporary);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  void linkingAndRemovingAreTold() {
    try (Inotify inotify = new Inotify(directory, NAMES);
        Descriptor file = directory.createNamelessFile(0600)) {
      assertEquals(List.of(), servicesOf(inotify));
      directory.link(file, "service");
      assertEquals(List.of(Inotify.CREATE + " service"), servicesOf(inotify));
      directory.unlink("service");
      assertEquals(List.of(Inotify.DELETE + " service"), servicesOf(inotify));
      assertEquals(0, inotify.drain((mask, name) -> {}));
    }
  }

  @Test
  void theCloseOfAWrittenFileIsToldUnderTheNameItWasOpenedBy() {
    directory.createFile("service", 0600).close();
    try (Inotify inotify = new Inotify(directory, NAMES)) {
      directory.openFile("service", true).close();
      directory.openFile("service", false).close();
      assertEquals(List.of(Inotify.CLOSE_WRITE + " service"), servicesOf(inotify));
    }
  }

  @Test
  void theDescriptorIsReadableWhileEventsWait() {
    try (Inotify inotify = new Inotify(directory, NAMES);
        Epoll epoll = new Epoll()) {
      epoll.add(inotify.descriptor().number(), Epoll.IN, 1);
      assertEquals(0, epoll.await(0));
      directory.createFile("a", 0600).close();
      assertEquals(1, epoll.await(0));
      inotify.drain((mask, name) -> {});
      assertEquals(0, epoll.await(0));
    }
  }

  @Test
  void namesOfEveryLengthComeWhole() {
    List<String> expected = new ArrayList<>();
    try (Inotify inotify = new Inotify(directory, Inotify.CREATE)) {
      for (int length = 1; length <= 255; length++) {
        String name = "n".repeat(length);
        expected.add(Inotify.CREATE + " " + name);
        directory.createFile(name, 0600).close();
      }
      assertEquals(expected, servicesOf(inotify));
    }
  }

  @Test
  void aListenerThatThrowsLosesNoEvent() {
    List<String> seen = new ArrayList<>();
    try (Inotify inotify = new Inotify(directory, Inotify.CREATE)) {
      directory.createFile("a", 0600).close();
      directory.createFile("b", 0600).close();
      directory.createFile("c", 0600).close();
      Inotify.Listener failing =
          (mask, name) -> {
            seen.add(name);
            throw new IllegalStateException("listener");
          };
      assertThrows(IllegalStateException.class, () -> inotify.drain(failing));
      assertEquals(2, inotify.drain((mask, name) -> seen.add(name)));
      assertEquals(List.of("a", "b", "c"), seen);
    }
  }

  @Test
  void lostEventsAreToldOnce() throws IOException {
    Path limit = Path.of("/proc/sys/fs/inotify/max_queued_events");
    // Not readString: it asks for one byte first, and this kind of file gives no second one.
    int rounds = Integer.parseInt(Files.readAllLines(limit).get(0)) / 2 + 10;
    try (Inotify inotify = new Inotify(directory, Inotify.CREATE | Inotify.DELETE);
        Descriptor file = directory.createNamelessFile(0600)) {
      assertTrue(directory.link(file, "kept"));
      for (int i = 0; i < rounds; i++) {
        assertTrue(directory.link(file, "name"));
        assertTrue(directory.unlink("name"));
      }
      int[] overflows = new int[1];
      int count =
          inotify.drain(
              (mask, name) -> {
                if ((mask & Inotify.OVERFLOW) != 0) {
                  assertEquals("", name);
                  overflows[0]++;
                }
              });
      assertEquals(1, overflows[0]);
      assertTrue(count < 2 * rounds, "events: " + count);
      directory.unlink("kept");
      assertEquals(List.of(Inotify.DELETE + " kept"), servicesOf(inotify));
    }
  }

  @Test
  void theRemovalOfTheDirectoryIsToldOnceNobodyHasItOpen() throws IOException {
    Path path = Files.createDirectory(temporary.resolve("gone"));
    Directory gone = Directory.open(path);
    try (Inotify inotify = new Inotify(gone, Inotify.DELETE_SELF)) {
      Files.delete(path);
      assertEquals(0, inotify.drain((mask, name) -> {}));
      gone.close();
      List<Integer> masks = new ArrayList<>();
      inotify.drain((mask, name) -> masks.add(mask));
      assertEquals(List.of(Inotify.DELETE_SELF, Inotify.IGNORED), masks);
    }
  }

  @Test
  void aFileIsWatchedWhateverItsNameIs() {
    try (Descriptor file = directory.createFile("file", 0600);
        Inotify inotify = new Inotify(file, Inotify.MODIFY | Inotify.ATTRIB | Inotify.MOVE_SELF)) {
      FileContent.write(file, new byte[1]);
      assertTrue(directory.rename("file", "renamed"));
      FileContent.write(file, new byte[1]);
      directory.unlink("renamed");
      List<Integer> masks = new ArrayList<>();
      inotify.drain((mask, name) -> masks.add(mask));
      assertEquals(
          List.of(Inotify.MODIFY, Inotify.MOVE_SELF, Inotify.MODIFY, Inotify.ATTRIB), masks);
    }
  }

  @Test
  void aMaskOfNothingIsRefused() {
    Refused.with(Errno.EINVAL, () -> new Inotify(directory, 0).close());
  }

  @Test
  void aClosedOneIsRefused() {
    Inotify inotify = new Inotify(directory, NAMES);
    inotify.close();
    assertThrows(ClosedException.class, () -> inotify.drain((mask, name) -> {}));
  }

  /** Without the names that nameless files have. */
  private static List<String> servicesOf(Inotify inotify) {
    List<String> events = new ArrayList<>();
    inotify.drain(
        (mask, name) -> {
          if (!name.startsWith("#")) {
            events.add(mask + " " + name);
          }
        });
    return events;
  }
}
