package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the path of a file is taken apart and understood. */
class FilePathTest {
  @TempDir Path temporary;

  @Test
  void whatNamesNoFileIsRefused() {
    for (String text : List.of("/", "", ".", "..", "a/..", "a/.", "//")) {
      String words =
          assertThrows(IllegalArgumentException.class, () -> FilePath.of(Path.of(text)), text)
              .getMessage();
      assertTrue(words.contains("names a directory and no file"), words);
    }
    assertEquals("b", FilePath.of(Path.of("a/b/")).name());
    assertEquals(Path.of("a").toAbsolutePath(), FilePath.of(Path.of("a")).path());
  }

  @Test
  void theDirectoryIsTheOneThatTheKernelFinds() throws Exception {
    Path real = Files.createDirectory(temporary.resolve("real"));
    Path far = Files.createDirectory(temporary.resolve("far"));
    Path link = Files.createSymbolicLink(far.resolve("link"), real);
    FilePath path = FilePath.of(link.resolve("../real/file"));
    try (Directory directory = path.openDirectory()) {
      assertTrue(directory.is(FileStatus.ofPath(real.toString())));
      assertTrue(path.isIn(directory));
      Path moved = Files.move(real, temporary.resolve("moved"));
      assertFalse(path.isIn(directory));
      assertFalse(path.hasDirectory());
      Files.createDirectory(real);
      assertFalse(path.isIn(directory));
      assertTrue(path.hasDirectory());
      Files.delete(real);
      Files.move(moved, real);
      assertTrue(path.isIn(directory));
    }
  }

  @Test
  void eachFailureHasItsCure() throws Exception {
    assertExplained("create " + temporary.resolve("no"), temporary.resolve("no/file"));
    Path file = Files.createFile(temporary.resolve("file"));
    assertExplained("is no directory", file.resolve("in"));
    Path lost = Files.createSymbolicLink(temporary.resolve("lost"), temporary.resolve("no"));
    assertExplained("leads nowhere: correct " + lost, lost.resolve("file"));
    Path circle = temporary.resolve("circle");
    assertExplained("lead in a circle", Files.createSymbolicLink(circle, circle).resolve("file"));
    assertExplained("give a shorter one", temporary.resolve("n".repeat(256) + "/file"));
  }

  private static void assertExplained(String words, Path path) {
    FilePath file = FilePath.of(path);
    SystemCallException failure = assertThrows(SystemCallException.class, file::openDirectory);
    assertTrue(file.explain(failure).contains(words), file.explain(failure));
  }
}
