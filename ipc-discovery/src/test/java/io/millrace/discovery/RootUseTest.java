package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.root.Root;
import io.millrace.discovery.root.RootUse;
import io.millrace.os.Directory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootUseTest {
  @TempDir Path temporary;

  @Test
  void theLastUserRemovesTheDirectory() {
    Path root = temporary.resolve("root");
    Directory first = RootUse.open(root);
    Directory second = RootUse.open(root);
    RootUse.close(first, true);
    assertTrue(Files.isDirectory(root), "removed under a user");
    RootUse.close(second, true);
    assertFalse(Files.exists(root), "left behind by its last user");
  }

  @Test
  void aDirectoryWithARecordInItStays() throws Exception {
    Path root = temporary.resolve("root");
    Directory directory = RootUse.open(root);
    Files.createFile(root.resolve("record"));
    RootUse.close(directory, true);
    assertTrue(Files.isDirectory(root));
  }

  @Test
  void nobodyEverUsesARemovedDirectory() throws Exception {
    Path root = temporary.resolve("root");
    try (ExecutorService users = Executors.newFixedThreadPool(2)) {
      Future<?> one = users.submit(() -> openAndUse(root));
      Future<?> other = users.submit(() -> openAndUse(root));
      one.get();
      other.get();
    }
    assertFalse(Files.exists(root));
  }

  private static void openAndUse(Path root) {
    for (int i = 0; i < 2000; i++) {
      Directory directory = RootUse.open(root);
      String name = "file" + Thread.currentThread().threadId();
      directory.createFile(name, 0600).close();
      assertTrue(Files.exists(root.resolve(name)), "the name leads into a removed directory");
      assertTrue(directory.unlink(name));
      RootUse.close(directory, true);
    }
  }

  @Test
  void onlyDirectoriesOfItsOwnChoiceAreTemporary() {
    assertFalse(Root.isTemporary(Map.of("MILLRACE_DIR", "/some/where")::get));
    assertEquals(
        !Files.isWritable(Path.of("/run/millrace")),
        Root.isTemporary(Map.of("XDG_RUNTIME_DIR", "/nowhere")::get));
  }
}
