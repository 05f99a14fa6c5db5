package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class DescriptorTest {
  @TempDir Path temporary;

  @Test
  void aClosedDescriptorIsRefusedByName() {
    Descriptor memfd = Memfd.create("closed", Mapping.PAGE_SIZE);
    int number = memfd.number();
    assertTrue(OpenDescriptors.now().containsKey(number));
    memfd.close();
    assertFalse(OpenDescriptors.now().containsKey(number));
    ClosedException refusal = assertThrows(ClosedException.class, memfd::number);
    assertTrue(refusal.getMessage().contains("memfd closed"), refusal.getMessage());
    assertThrows(ClosedException.class, memfd::status);
    assertThrows(ClosedException.class, memfd::duplicate);
    assertThrows(ClosedException.class, memfd::reopen);
    assertThrows(ClosedException.class, memfd::target);
  }

  @Test
  void closingTwiceDoesNotCloseWhoeverGotTheNumberNext() {
    Descriptor first = EventFd.create().descriptor();
    int number = first.number();
    first.close();
    try (EventFd second = EventFd.create()) {
      assertEquals(number, second.descriptor().number());
      first.close();
      second.signal();
      assertEquals(1, second.drain());
    }
  }

  @Test
  void everyDescriptorIsClosedOnExec() throws IOException {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600);
        Descriptor nameless = directory.createNamelessFile(0600);
        Descriptor again = file.reopen();
        Descriptor copy = file.duplicate();
        Descriptor opened = directory.openFile("file", false);
        Descriptor memfd = Memfd.create("exec", Mapping.PAGE_SIZE);
        Descriptor process = PidFd.open(Credentials.pid());
        Descriptor fetched = PidFd.copyDescriptor(process, file.number(), "file");
        EventFd event = EventFd.create();
        Epoll epoll = new Epoll();
        Inotify inotify = new Inotify(directory, Inotify.CREATE);
        UnixSocket listener = UnixSocket.listen(directory, "socket", 1);
        UnixSocket client = UnixSocket.connect(directory, "socket", 1000);
        UnixSocket server = listener.accept(1000)) {
      client.send(new byte[1], file.number());
      try (Descriptor received =
          Descriptor.adopt(server.receive(1, 1).descriptors()[0], "received")) {
        Descriptor[] all = {
          directory.descriptor(),
          file,
          nameless,
          again,
          copy,
          opened,
          memfd,
          process,
          fetched,
          event.descriptor(),
          epoll.descriptor(),
          inotify.descriptor(),
          listener.descriptor(),
          client.descriptor(),
          server.descriptor(),
          received
        };
        for (Descriptor descriptor : all) {
          String info = Files.readString(Path.of("/proc/self/fdinfo/" + descriptor.number()));
          int flags = Integer.parseInt(info.replaceAll("(?s).*flags:\\s*([0-7]+).*", "$1"), 8);
          assertNotEquals(0, flags & Libc.O_CLOEXEC, descriptor.toString());
        }
      }
    }
  }

  @Test
  void aReopenedFileIsTheSameFileWithADescriptionOfItsOwn() {
    try (Descriptor memfd = Memfd.create("reopened", Mapping.PAGE_SIZE);
        Descriptor again = memfd.reopen();
        Descriptor copy = memfd.duplicate()) {
      assertTrue(memfd.status().isSameFile(again.status()));
      assertTrue(OfdLock.tryLock(memfd, 0));
      assertTrue(OfdLock.tryLock(copy, 0));
      assertFalse(OfdLock.tryLock(again, 0));
    }
  }

  @Test
  void aReleasedDescriptorStaysOpenForWhoeverGotItsNumber() {
    Descriptor first = Memfd.create("released", Mapping.PAGE_SIZE);
    int number = first.release();
    assertThrows(ClosedException.class, first::number);
    assertThrows(ClosedException.class, first::release);
    first.close();
    try (Descriptor second = Descriptor.adopt(number, "released")) {
      assertEquals("/memfd:released (deleted)", second.target());
    }
  }

  @Test
  void aDuplicateOfWhatIsNotOpenIsRefused() {
    SystemCallException failure =
        Refused.with(Errno.EBADF, () -> Descriptor.duplicateOf(987_654, "the caller's").close());
    assertTrue(failure.getMessage().contains("the caller's 987654"), failure.getMessage());
  }

  @Test
  void theUmaskHasNoSayInPermissionsThatAreSet() {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600)) {
      file.setPermissions(0666);
      assertEquals(0666, file.status().permissions());
      directory.setPermissions("file", 0602);
      assertEquals(0602, file.status().permissions());
    }
  }

  @Test
  void anEventfdCannotBeReopened() {
    try (EventFd event = EventFd.create()) {
      Refused.with(Errno.ENXIO, () -> event.descriptor().reopen().close());
    }
  }

  @Test
  void theKernelSaysWhatIsBehindADescriptor() {
    try (Descriptor memfd = Memfd.create("named", Mapping.PAGE_SIZE);
        EventFd event = EventFd.create()) {
      assertEquals("/memfd:named (deleted)", memfd.target());
      assertEquals("anon_inode:[eventfd]", event.descriptor().target());
      assertEquals(Mapping.PAGE_SIZE, memfd.status().size());
      assertTrue(memfd.status().isRegularFile());
      assertEquals(Credentials.uid(), memfd.status().uid());
      assertEquals(Credentials.gid(), memfd.status().gid());
    }
  }
}
