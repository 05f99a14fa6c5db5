package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Notes, at the end of the build, how to start what was built: for a script {@code run}. */
final class LaunchNote {
  private LaunchNote() {}

  /**
   * Writes a file with two lines: the java command, and the class path.
   *
   * @param arguments the file
   * @throws IOException if it cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    Path note = Path.of(arguments[0]);
    Files.createDirectories(note.getParent());
    Files.write(
        note,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path")));
  }
}
