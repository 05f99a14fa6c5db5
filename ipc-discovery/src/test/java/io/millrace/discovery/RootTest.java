package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootTest {
  @TempDir Path temporary;

  @Test
  void theEnvironmentDecidesInTheDocumentedOrder() {
    String runtime = temporary.toString();
    assertEquals(
        Path.of("/some/where"),
        Root.choose(Map.of("MILLRACE_DIR", "/some/where", "XDG_RUNTIME_DIR", runtime)::get));
    assertEquals(
        temporary.resolve("millrace"), Root.choose(Map.of("XDG_RUNTIME_DIR", runtime)::get));
    if (!Files.isWritable(Path.of("/run/millrace"))) {
      assertEquals(
          Path.of("/dev/shm/millrace-" + Credentials.uid()),
          Root.choose(Map.of("XDG_RUNTIME_DIR", "/nowhere")::get));
    }
  }

  @Test
  void aMissingDirectoryIsMadeForThisUserAlone() throws Exception {
    Path root = temporary.resolve("new");
    Registry.open(root).close();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
  }

  @Test
  void aMissingParentIsNamed() {
    assertRefused(temporary.resolve("no/such"), "create " + temporary.resolve("no"));
  }

  @Test
  void aSymbolicLinkIsRefused() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
    assertRefused(link, "is no directory (symbolic links are not followed)");
  }

  @Test
  void aFileIsRefused() throws Exception {
    assertRefused(Files.createFile(temporary.resolve("file")), "is no directory");
  }

  @Test
  void aDirectoryThatEverybodyCanWriteIsRefused() throws Exception {
    assertRefused(withMode("open", "rwxrwxrwx"), "can be written by everybody: run chmod 0700");
  }

  @Test
  void aDirectoryThatItsGroupCanWriteByAccidentIsRefused() throws Exception {
    assertRefused(withMode("group", "rwxrwx---"), "can be written by its group");
  }

  @Test
  void aDirectoryOfAnotherUserIsRefused() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can give files away");
    Path foreign = withMode("foreign", "rwx------");
    Files.setAttribute(foreign, "unix:uid", 12345);
    assertRefused(foreign, "belongs to uid 12345, not to uid 0");
  }

  private Path withMode(String name, String mode) throws Exception {
    Path directory = Files.createDirectory(temporary.resolve(name));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
    return directory;
  }

  private static void assertRefused(Path root, String words) {
    RootException refusal = assertThrows(RootException.class, () -> Registry.open(root));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(root.toString()), refusal.getMessage());
  }
}
