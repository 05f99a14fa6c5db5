package io.millrace.discovery;

import io.millrace.discovery.root.HiddenNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Does to a registry's directory what the library itself never does. */
final class Alien {
  private Alien() {}

  /** Makes a file appear under a name, whole, without any lock. */
  static void put(Path root, String name, byte[] content) throws IOException {
    Path hidden = Files.write(root.resolve(".alien"), content);
    Files.move(hidden, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** All names in the directory, in order, without the file of turns, which is as old as it. */
  static List<String> names(Path root) {
    try (var files = Files.list(root)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(HiddenNames.TURNS))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
