package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.MillraceException;
import io.millrace.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that may read the file and not write it, and file systems that are full. */
class OtherUsersTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @Test
  void aProcessWithoutWritePermissionCopiesAndNeverReadsHalfAValue() throws IOException {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path, SnapshotOptions.defaults().readers(1).buffers(2));
    Proof.Value value = new Proof.Value();
    Proof proof = new Proof();
    try (SnapshotWriter writer = state.writer()) {
      writer.write(value.of(1, 5000), proof, NO_GRACE);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
      // Root may write whatever the permissions say, unless it gives that up.
      List<String> obedient = ROOT ? List.of("setpriv", "--bounding-set=-dac_override") : List.of();
      try (ChildProcess child =
          ChildProcess.startUnder(obedient, List.of(), Copying.class, path.toString())) {
        child.expectLine("reading", DEADLINE);
        // Until the child has read enough versions.
        while (child.isAlive() && !child.printed().contains("all whole")) {
          long version = writer.version() + 1;
          writer.write(value.of(version, 3000 + (int) (version % 2000)), proof, NO_GRACE);
        }
        child.expectLine("all whole", DEADLINE);
        assertEquals(0, child.awaitExit(DEADLINE));
      }
    }
  }

  /** Reads five hundred versions. */
  static final class Copying {
    public static void main(String[] arguments) {
      Synchronizer state = Synchronizer.open(Path.of(arguments[0]));
      try (SnapshotReader reader = state.reader()) {
        assertTrue(reader.isCopying());
        assertThrows(MillraceException.class, state::writer);
        System.out.println("reading");
        int versions = 0;
        while (versions < 500) {
          try (Snapshot snapshot = reader.read()) {
            String fault = Proof.fault(snapshot);
            if (fault != null) {
              throw new AssertionError(fault);
            }
            versions += snapshot.isOn() ? 1 : 0;
          }
        }
        System.out.println("all whole");
      }
    }
  }

  @Test
  void aFullFileSystemIsAnErrorBeforeAnythingIsPublished() {
    List<String> own =
        ROOT
            ? List.of("unshare", "--mount")
            : List.of("unshare", "--user", "--map-root", "--mount");
    try (ChildProcess child =
        ChildProcess.startUnder(own, List.of(), Filling.class, directory.toString())) {
      String mounted = child.expectLine("mount", DEADLINE);
      assumeTrue(mounted.equals("0"), "no file system can be mounted here");
      child.expectLine("as it should be", DEADLINE);
      assertEquals(0, child.awaitExit(DEADLINE), () -> "" + child.printed());
    }
  }

  /** Mounts a small tmpfs that nobody else sees, and fills it. */
  static final class Filling {
    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      System.out.println("mount " + mount(directory));
      SnapshotOptions config = SnapshotOptions.defaults().readers(1).maximumLength(1 << 20);
      Synchronizer state = Synchronizer.open(directory.resolve("state"), config);
      Proof.Value value = new Proof.Value();
      Proof proof = new Proof();
      try (SnapshotWriter writer = state.writer();
          SnapshotReader reader = state.reader()) {
        writer.write(value.of(1, 100_000), proof, NO_GRACE);
        assertThrows(
            SnapshotException.NoSpace.class,
            () -> writer.write(value.of(2, 1 << 20), proof, NO_GRACE));
        assertEquals(1, reader.version());
        // What is there is enough for what was there.
        for (int version = 2; version < 20; version++) {
          writer.write(value.of(version, 100_000), proof, NO_GRACE);
          try (Snapshot snapshot = reader.readValidated()) {
            assertNull(Proof.fault(snapshot));
          }
        }
        Files.write(directory.resolve("rest"), new byte[1]);
        assertThrows(
            IOException.class, () -> Files.write(directory.resolve("rest"), new byte[1 << 20]));
        Synchronizer other = Synchronizer.open(directory.resolve("other"), config);
        assertThrows(SnapshotException.NoSpace.class, other::writer);
        assertThrows(SnapshotException.NothingWritten.class, other::reader);
      }
      System.out.println("as it should be");
    }

    private static int mount(Path directory) throws Exception {
      return new ProcessBuilder(
              "mount", "-t", "tmpfs", "-o", "size=512k", "none", directory.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }
}
