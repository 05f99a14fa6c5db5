package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.discovery.model.RootException;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real file systems that lack something. */
class FileSystemTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  /**
   * bindfs shows a directory through FUSE, without O_TMPFILE, and each hard link as a file of its
   * own: a process that opened the record by its name would not see the publisher's lock.
   */
  @Test
  void aFileSystemWhereALockWouldNotBeSeenIsRefused() throws Exception {
    Tools.assumeWorks("bindfs", "--version");
    Path source = Files.createDirectory(temporary.resolve("source"));
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    Process bindfs =
        new ProcessBuilder("bindfs", "-f", source.toString(), mount.toString())
            .redirectErrorStream(true)
            .start();
    try {
      Eventually.await("mount", DEADLINE, () -> !bindfs.isAlive() || isMounted(mount));
      Tools.assumeAllowed("mountpoint", mount.toString());
      assertRefusedWithACure(mount.resolve("root"));
      assertSnapshotsAreRefused(mount);
    } finally {
      bindfs.destroy();
      bindfs.waitFor();
      Eventually.await("unmounted", DEADLINE, () -> !isMounted(mount));
    }
  }

  private static boolean isMounted(Path mount) {
    try {
      return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + mount + " ");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void assertRefusedWithACure(Path root) {
    try (Registry registry = Registry.open(root)) {
      Finding nameless =
          Doctor.examine(RegistryOptions.defaults().root(root)).stream()
              .filter(finding -> finding.subject().equals("nameless files"))
              .findFirst()
              .orElseThrow();
      assertEquals(Finding.Severity.LIMITED, nameless.severity(), nameless.toString());
      for (int i = 0; i < 2; i++) {
        RootException refusal =
            assertThrows(RootException.class, () -> PublishingProcess.publish(registry, "x"));
        assertTrue(refusal.getMessage().contains("real hard links"), refusal.getMessage());
        assertEquals(List.of(), Alien.names(root));
      }
      assertEquals(List.of(), registry.list());
    }
  }

  private static void assertSnapshotsAreRefused(Path mount) {
    Synchronizer state = Synchronizer.open(mount.resolve("state"));
    assertThrows(MillraceException.class, state::writer); // It has no fallocate either.
    assertEquals(List.of("root"), Alien.names(mount));
  }

  @Test
  void aFullFileSystemIsNamedAndNothingIsLeftThere() throws Exception {
    Tools.assumeAllowed("unshare", "-rm", "true");
    Path mount = Files.createDirectory(temporary.resolve("small"));
    Path root = mount.resolve("root");
    List<String> wrapper =
        List.of(
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=64k,mode=700 small " + mount + " && exec \"$@\"",
            "sh");
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), PublishingProcess.class, root.toString())) {
      child.expectLine("ready", DEADLINE);
      child.send("fill");
      child.expectLine("full", DEADLINE);
      child.send("publish x");
      String failure = child.expectLine("failed", DEADLINE);
      assertTrue(failure.contains("ENOSPC"), failure);
      assertTrue(failure.contains(root.toString()), failure);
      child.send("free");
      child.expectLine("free", DEADLINE);
      child.send("files");
      assertEquals("[]", child.expectLine("files", DEADLINE));
      child.send("publish x");
      child.expectLine("published", DEADLINE);
    }
  }
}
