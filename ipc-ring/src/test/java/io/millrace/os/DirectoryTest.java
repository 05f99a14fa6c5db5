package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeavesNothingOpen.class)
class DirectoryTest {
  private static final byte[] CONTENT = "whole".getBytes(StandardCharsets.US_ASCII);

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
  void aNamelessFileAppearsWholeUnderItsName() throws IOException {
    try (Descriptor file = directory.createNamelessFile(0600)) {
      FileContent.write(file, CONTENT);
      assertEquals(0, entries());
      assertTrue(directory.link(file, "service"));
      assertArrayEquals(CONTENT, Files.readAllBytes(temporary.resolve("service")));
      assertTrue(directory.statusOf("service").isSameFile(file.status()));
      assertEquals(0600, file.status().permissions());
    }
  }

  @Test
  void aNamelessFileThatIsNeverLinkedLeavesNothing() throws IOException {
    directory.createNamelessFile(0600).close();
    assertEquals(0, entries());
  }

  @Test
  void aTakenNameIsLeftAlone() throws IOException {
    try (Descriptor first = directory.createNamelessFile(0600);
        Descriptor second = directory.createNamelessFile(0600)) {
      assertTrue(directory.link(first, "service"));
      FileContent.write(second, CONTENT);
      assertFalse(directory.link(second, "service"));
      assertEquals(0, Files.size(temporary.resolve("service")));
    }
    Refused.with(Errno.EEXIST, () -> directory.createFile("service", 0600).close());
  }

  @Test
  void whatIsNotThereIsNoError() {
    assertNull(directory.openFile("absent", false));
    assertNull(directory.openFile("absent", true));
    assertNull(directory.statusOf("absent"));
    assertFalse(directory.unlink("absent"));
    assertNull(FileStatus.ofPath(temporary.resolve("absent").toString()));
    assertNull(FileStatus.ofPath("/dev/null/absent"));
  }

  @Test
  void aRemovedNameIsFreeAgain() throws IOException {
    directory.createFile("name", 0600).close();
    assertTrue(directory.unlink("name"));
    assertEquals(0, entries());
    directory.createFile("name", 0600).close();
    assertTrue(directory.unlink("name"));
  }

  @Test
  void aRenamedFileReplacesWhatHadItsNewName() throws IOException {
    assertFalse(directory.rename("absent", "new"));
    try (Descriptor old = directory.createFile("old", 0600)) {
      directory.createFile("new", 0600).close();
      assertTrue(directory.rename("old", "new"));
      assertTrue(directory.statusOf("new").isSameFile(old.status()));
      assertEquals(List.of("new"), directory.names());
    }
  }

  @Test
  void allNamesAreListedAlsoHiddenOnes() throws IOException {
    assertEquals(List.of(), directory.names());
    Set<String> expected = Set.of("a", ".hidden", "sub", "x".repeat(255));
    for (String name : expected) {
      directory.createFile(name, 0600).close();
    }
    assertEquals(expected, Set.copyOf(directory.names()));
  }

  @Test
  void symbolicLinksAreRefused() throws IOException {
    Path real = Files.createDirectory(temporary.resolve("real"));
    Path alias = Files.createSymbolicLink(temporary.resolve("alias"), real);
    Refused.with(Errno.ENOTDIR, () -> Directory.open(alias).close());
    Files.createSymbolicLink(temporary.resolve("link"), Path.of("/etc/passwd"));
    Refused.with(Errno.ELOOP, () -> directory.openFile("link", false).close());
    Refused.with(Errno.EEXIST, () -> directory.createFile("link", 0600).close());
    assertTrue(directory.statusOf("link").isSymbolicLink());
    assertTrue(FileStatus.ofPath(alias.toString()).isSymbolicLink());
    try (Descriptor file = directory.createNamelessFile(0600)) {
      assertFalse(directory.link(file, "link"));
    }
  }

  @Test
  void aFifoInAFilesPlaceHoldsNobodyUp() {
    Tools.assumeWorks("mkfifo", "--version");
    Tools.assumeWorks("mkfifo", temporary.resolve("fifo").toString());
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try (Descriptor reading = directory.openFile("fifo", false);
              Descriptor writing = directory.openFile("fifo", true)) {
            assertFalse(reading.status().isRegularFile());
            assertFalse(writing.status().isRegularFile());
          }
        });
  }

  @Test
  void anotherDirectoryAtThePathChangesNothing() throws IOException {
    Path path = temporary.resolve("registry");
    Directory.make(path, 0700);
    try (Directory registry = Directory.open(path)) {
      Files.move(path, temporary.resolve("moved"));
      Directory.make(path, 0700);
      registry.createFile("here", 0600).close();
      assertTrue(Files.exists(temporary.resolve("moved/here")));
      assertEquals(path, registry.path());
      assertTrue(registry.unlink("here"));
    }
  }

  @Test
  void makingADirectoryThatIsThereLeavesItAlone() throws IOException {
    Path path = temporary.resolve("made");
    Directory.make(path, 0700);
    FileStatus made = FileStatus.ofPath(path.toString());
    assertTrue(made.isDirectory());
    assertEquals(0700, made.permissions());
    Directory.make(path, 0755);
    assertEquals(made, FileStatus.ofPath(path.toString()));
    Refused.with(Errno.ENOENT, () -> Directory.make(temporary.resolve("no/parent"), 0700));
    Refused.with(Errno.ENOENT, () -> Directory.open(temporary.resolve("absent")).close());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "../escape", "/etc/passwd", "nul\0l"})
  void whatIsNotOneNameIsRefused(String name) {
    try (Descriptor file = directory.createNamelessFile(0600)) {
      assertThrows(IllegalArgumentException.class, () -> directory.openFile(name, false));
      assertThrows(IllegalArgumentException.class, () -> directory.createFile(name, 0600));
      assertThrows(IllegalArgumentException.class, () -> directory.link(file, name));
      assertThrows(IllegalArgumentException.class, () -> directory.unlink(name));
      assertThrows(IllegalArgumentException.class, () -> directory.statusOf(name));
      assertThrows(IllegalArgumentException.class, () -> directory.setPermissions(name, 0600));
      assertThrows(IllegalArgumentException.class, () -> directory.rename(name, "name"));
      assertThrows(IllegalArgumentException.class, () -> directory.rename("name", name));
      assertThrows(IllegalArgumentException.class, () -> UnixSocket.listen(directory, name, 1));
    }
  }

  @Test
  void aNameThatIsTooLongFailsClearly() {
    String name = "x".repeat(256);
    SystemCallException failure =
        Refused.with(Errno.ENAMETOOLONG, () -> directory.createFile(name, 0600).close());
    assertTrue(failure.getMessage().contains(temporary + "/xxx"), failure.getMessage());
    Refused.with(Errno.ENAMETOOLONG, () -> directory.openFile(name, false).close());
  }

  @Test
  void aFileSystemWithoutNamelessFilesSaysSo() {
    try (Directory proc = Directory.open(Path.of("/proc"))) {
      assertNull(proc.createNamelessFile(0600));
    }
  }

  @Test
  void aClosedDirectoryIsRefused() {
    Directory closed = Directory.open(temporary);
    closed.close();
    assertThrows(ClosedException.class, () -> closed.openFile("a", false));
    assertThrows(ClosedException.class, () -> closed.createNamelessFile(0600));
    assertThrows(ClosedException.class, () -> closed.unlink("a"));
    assertThrows(ClosedException.class, () -> closed.statusOf("a"));
    assertNotNull(closed.toString());
  }

  private long entries() throws IOException {
    try (var entries = Files.list(temporary)) {
      return entries.count();
    }
  }
}
