package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The compiled classes of a module. */
final class ModuleClasses {
  private static final String SUFFIX = ".class";

  private ModuleClasses() {}

  /** All classes of the module that a class is in, by name, without initialising them. */
  static List<Class<?>> beside(Class<?> one) {
    try {
      Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        return files
            .map(file -> root.relativize(file).toString())
            .filter(name -> name.endsWith(SUFFIX) && !name.endsWith("-info" + SUFFIX))
            .map(name -> name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
            .sorted()
            .<Class<?>>map(ModuleClasses::load)
            .toList();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ModuleClasses.class.getClassLoader());
    } catch (ClassNotFoundException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
