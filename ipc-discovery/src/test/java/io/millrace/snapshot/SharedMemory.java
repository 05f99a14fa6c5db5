package io.millrace.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary directories on a tmpfs, where snapshots belong. */
final class SharedMemory implements TempDirFactory {
  private static final Path ROOT = Path.of("/dev/shm");

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return Files.isWritable(ROOT)
        ? Files.createTempDirectory(ROOT, "snapshot")
        : Files.createTempDirectory("snapshot");
  }
}
